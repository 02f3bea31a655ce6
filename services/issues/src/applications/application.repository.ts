/** Applications of an organization: made by hand, or by the first report or event that names them. */
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';

import type { Application, EditApplication, OwnerRule } from '@tocsin/contracts';
import type { Destination } from '@tocsin/domain';

import { storable } from '../intake/storable.js';

interface ApplicationRow {
  name: string;
  owners: string[];
  owner_rules: OwnerRule[];
  default_destination: { connectionId: string; destination: Destination } | null;
  default_branch: string;
  alert_on_first_scan: boolean;
}

const COLUMNS = 'name, owners, owner_rules, default_destination, default_branch, alert_on_first_scan';
/** Names of default branches by custom: the first report of an application may come from one of them. */
const CUSTOMARY_BRANCHES = ['main', 'master', 'trunk'];

@Injectable()
export class ApplicationRepository {
  constructor(private readonly database: DataSource) {}

  async find(organizationId: string, name: string, on: Pick<EntityManager, 'query'> = this.database): Promise<Application | undefined> {
    const [row] = await on.query<ApplicationRow[]>(`select ${COLUMNS} from applications where organization_id = $1 and name = $2`, [organizationId, storable(name)]);
    return row && view(row);
  }

  /** @param only names that the caller is limited to */
  async page(organizationId: string, only: readonly string[] | undefined, after: string | null, limit: number): Promise<Application[]> {
    const rows = await this.database.query<ApplicationRow[]>(
      `select ${COLUMNS} from applications
       where organization_id = $1 and ($2::text[] is null or name = any($2)) and ($3::text is null or name collate "C" > $3) order by name collate "C" limit $4`,
      [organizationId, only ?? null, storable(after), limit],
    );
    return rows.map(view);
  }

  /**
   * Takes the application for this transaction, making it when it is new: who changes issues of one application waits
   * for whoever is just doing it.
   * @param ref branch that the naming report is of
   */
  async take(tx: EntityManager, organizationId: string, name: string, ref?: string): Promise<Application> {
    await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [JSON.stringify(['application', organizationId, name])]);
    const branch = ref === undefined ? undefined : branchOf(ref);
    await tx.query('insert into applications (organization_id, name, default_branch) values ($1, $2, $3) on conflict do nothing', [
      organizationId, name, branch !== undefined && CUSTOMARY_BRANCHES.includes(branch) ? branch : 'main',
    ]);
    const application = await this.find(organizationId, name, tx);
    if (!application) throw new Error(`the application "${name}" was made and is not there`);
    return application;
  }

  /** @returns false when there is one of that name */
  async create(tx: EntityManager, organizationId: string, { name, ...rest }: EditApplication & { name: string }): Promise<boolean> {
    const made = await tx.query<unknown[]>('insert into applications (organization_id, name) values ($1, $2) on conflict do nothing returning name', [organizationId, name]);
    if (made.length > 0) await this.edit(tx, organizationId, name, rest);
    return made.length > 0;
  }

  async edit(tx: EntityManager, organizationId: string, name: string, { owners, ownerRules, defaultDestination, defaultBranch, alertOnFirstScan }: EditApplication): Promise<void> {
    await tx.query(
      `update applications set owners = coalesce($3, owners), owner_rules = coalesce($4, owner_rules), default_destination = case when $8 then null else coalesce($5, default_destination) end,
         default_branch = coalesce($6, default_branch), alert_on_first_scan = coalesce($7, alert_on_first_scan)
       where organization_id = $1 and name = $2`,
      [organizationId, name, json(owners?.map((owner) => owner.toLowerCase())), json(ownerRules), json(defaultDestination ?? undefined), defaultBranch ?? null, alertOnFirstScan ?? null, defaultDestination === null],
    );
  }
}

/** `refs/heads/main` → `main`; a name that is no full one stays as it is. */
export function branchOf(ref: string): string {
  return ref.replace(/^refs\/heads\//, '');
}

function json(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value);
}

function view(row: ApplicationRow): Application {
  return {
    name: row.name,
    owners: row.owners,
    ownerRules: row.owner_rules,
    ...(row.default_destination !== null && { defaultDestination: row.default_destination }),
    defaultBranch: row.default_branch,
    alertOnFirstScan: row.alert_on_first_scan,
  };
}

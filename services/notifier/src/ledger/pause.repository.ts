/**
 * Pauses of a workflow or of a whole organization. A pause is a row; what it holds follows from it, in batches that lock
 * their lanes in order. Whoever is interrupted leaves nothing behind that the next look does not finish.
 */
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';

import type { Pause } from '@tocsin/contracts';
import { Audit, nameOf, Outbox } from '@tocsin/platform';

import type { Author } from '../author.js';
import { COVERING_PAUSES } from '../deliveries/covering-pauses.js';
import type { DeliveryKey } from '../deliveries/delivery-key.js';
import { DeliveryLog } from '../deliveries/delivery-log.js';
import { PausedMembers } from '../digests/paused-members.js';

const BATCH = 500;
/** Ids that are in memory at once. */
const LOOK = 20_000;
/** The pauses that cover the delivery `d`. */
const COVERING = `select p.paused_by from ${COVERING_PAUSES}`;
const TO_HOLD = `d.organization_id = $1 and d.state = 'waiting' and d.digest_id is null and d.held_since is null and exists (${COVERING})`;
const TO_RELEASE = `d.organization_id = $1 and d.state = 'waiting' and d.held_since is not null and not exists (${COVERING})`;

/** Those of `$2` that are still so. As a case, which no index of all that is held or waits proves: each is found by its key. */
function byKey(condition: string): string {
  return `d.organization_id = $1 and d.delivery_id = any($2) and case when ${condition} then true end`;
}

interface Change {
  which: string;
  set: string;
  returning: string;
  /** Where they are looked for: an index has those and no others. */
  among?: string;
  /** What must be done while they are as they were. */
  before?: string;
}

/** Nothing else finds what waits among all that an organization ever sent. */
const IN_ITS_LANES = `d.lane_id = any(array(select l.lane_id from connections c join lanes l using (connection_id) where coalesce(c.organization_id, $1) = $1 and l.organization_id = $1))`;
const HOLD: Change = { which: TO_HOLD, set: 'held_since = clock_timestamp()', returning: `(${COVERING} order by p.workflow_id limit 1) as paused_by`, among: IN_ITS_LANES };
/** A digest is held, and its members wait for it. */
const EXTEND_MEMBERS = `update deliveries m set expires_at = m.expires_at + (clock_timestamp() - d.held_since) from deliveries d
  where ${byKey(`${TO_RELEASE} and d.kind = 'digest'`)} and m.organization_id = d.organization_id and m.digest_id = d.delivery_id and m.state = 'waiting'`;
/** With what digests among them are to tell, as `workflow_id`: all that is held. */
const HELD = `select d.workflow_id from deliveries d where d.organization_id = $1 and d.held_since is not null and d.state = 'waiting' union all
  select m.workflow_id from deliveries d join deliveries m on m.organization_id = d.organization_id and m.digest_id = d.delivery_id and m.state = 'waiting'
  where d.organization_id = $1 and d.held_since is not null and d.state = 'waiting' and d.kind = 'digest'`;
/** Of what the digest `d` is to tell: not what leaves it since its own workflow is paused. */
const GO_ON_WITH = `select count(*) from deliveries m where d.kind = 'digest' and m.organization_id = d.organization_id and m.digest_id = d.delivery_id and m.state = 'waiting'
  and not exists (select 1 from pauses p where p.organization_id = m.organization_id and p.workflow_id = m.workflow_id)`;
/** The time in which it was held counts to nobody's life. */
const RELEASE: Change = { which: TO_RELEASE, set: 'held_since = null, expires_at = expires_at + (clock_timestamp() - held_since)', returning: 'null as paused_by', before: EXTEND_MEMBERS };

interface Found {
  delivery_id: string;
  lane_id: string;
}

interface Changed extends DeliveryKey {
  lane_id: string;
  paused_by: string | null;
}

@Injectable()
export class PauseRepository {
  constructor(
    private readonly database: DataSource,
    private readonly outbox: Outbox,
    private readonly log: DeliveryLog,
    private readonly audit: Audit,
    private readonly members: PausedMembers,
  ) {}

  async list(organizationId: string): Promise<Pause[]> {
    const rows = await this.database.query<{ workflow_id: string; paused_at: Date; paused_by: string; waiting: number }[]>(
      `with held as materialized (${HELD})
       select p.workflow_id, p.paused_at, p.paused_by, (select count(*)::int from held where p.workflow_id in ('', held.workflow_id)) as waiting
       from pauses p where p.organization_id = $1 order by p.workflow_id`,
      [organizationId],
    );
    return rows.map(({ workflow_id, paused_at, paused_by, waiting }) => ({ ...(workflow_id !== '' && { workflowId: workflow_id }), pausedAt: paused_at.toISOString(), pausedBy: paused_by, waiting }));
  }

  /** Paused once more, it stays as it is. @param workflowId '' = everything of the organization */
  async pause(author: Author, workflowId: string): Promise<void> {
    await this.outbox.transaction(async (tx) => {
      const begun = await tx.query<unknown[]>('insert into pauses (organization_id, workflow_id, paused_by) values ($1, $2, $3) on conflict do nothing returning 1', [author.organizationId, workflowId, nameOf(author.actor)]);
      if (begun.length > 0) await this.audit.record(tx, { ...author, action: 'deliveries.paused', target: targetOf(author, workflowId) });
    });
  }

  /** @returns how many go on, whoever lets them go */
  async resume(author: Author, workflowId: string): Promise<number> {
    return this.outbox.transaction(async (tx) => {
      const [ended] = await tx.query<[unknown[], number]>('delete from pauses where organization_id = $1 and workflow_id = $2 returning 1', [author.organizationId, workflowId]);
      if (ended.length > 0) await this.audit.record(tx, { ...author, action: 'deliveries.resumed', target: targetOf(author, workflowId) });
      const [row] = await tx.query<{ free: number }[]>(`select (count(*) + coalesce(sum((${GO_ON_WITH})), 0))::int as free from deliveries d where ${TO_RELEASE}`, [author.organizationId]);
      return row?.free ?? 0;
    });
  }

  /** Organizations in which something is paused or held. */
  async concerned(): Promise<string[]> {
    const rows = await this.database.query<{ organization_id: string }[]>(
      `select organization_id from pauses union select organization_id from deliveries where held_since is not null and state = 'waiting'`,
    );
    return rows.map(({ organization_id }) => organization_id);
  }

  /** Holds what a pause covers, lets go what none does. @returns how many were let go */
  async settle(organizationId: string): Promise<number> {
    await this.repeat(organizationId, HOLD);
    let isMore = true;
    while (isMore) isMore = await this.outbox.transaction((tx) => this.members.takeOut(tx, organizationId));
    return this.repeat(organizationId, RELEASE);
  }

  /** Looks for many at a time: each look passes over all that those before it changed. */
  private async repeat(organizationId: string, change: Change): Promise<number> {
    let count = 0;
    for (;;) {
      const found = await this.database.query<Found[]>(`select d.delivery_id, d.lane_id from deliveries d where ${change.which} and ${change.among ?? 'true'} limit ${LOOK}`, [organizationId]);
      if (found.length === 0) return count;
      for (let at = 0; at < found.length; at += BATCH) count += await this.outbox.transaction((tx) => this.batch(tx, organizationId, change, found.slice(at, at + BATCH)));
    }
  }

  /** @returns how many changed */
  private async batch(tx: EntityManager, organizationId: string, { which, set, returning, before }: Change, found: readonly Found[]): Promise<number> {
    const lanes = [...new Set(found.map(({ lane_id }) => lane_id))];
    // what arrives meanwhile is held as it comes; what began to before a pause was known, by the next look
    await tx.query('select 1 from lanes where lane_id = any($1) order by lane_id for no key update', [lanes]);
    const ids = found.map(({ delivery_id }) => delivery_id);
    if (before !== undefined) await tx.query(before, [organizationId, ids]);
    const [changed] = await tx.query<[Changed[], number]>(
      `update deliveries d set ${set}, version = version + 1 where ${byKey(which)} returning d.organization_id, d.delivery_id, d.lane_id, ${returning}`,
      [organizationId, ids],
    );
    await tx.query('select wake_lanes($1)', [lanes]);
    await this.log.write(tx, changed.map(({ organization_id, delivery_id, paused_by }) => ({ organizationId: organization_id, deliveryId: delivery_id, story: storyOf(paused_by) })));
    return changed.length;
  }
}

function storyOf(pausedBy: string | null): { kind: string; text: string } {
  return pausedBy === null ? { kind: 'resumed', text: 'Sending goes on' } : { kind: 'paused', text: `Sending was paused by ${pausedBy}` };
}

function targetOf({ organizationId }: Author, workflowId: string): { kind: string; id: string } {
  return workflowId === '' ? { kind: 'organization', id: organizationId } : { kind: 'workflow', id: workflowId };
}

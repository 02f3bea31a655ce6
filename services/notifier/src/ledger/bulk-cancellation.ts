/** Cancels every delivery that waits and that a filter names, in batches: none of them keeps a destination locked for long. */
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';

import type { BulkFilter, DeliveryCriteria } from '@tocsin/contracts';
import { Audit } from '@tocsin/platform';

import type { Author } from '../author.js';
import { keyColumns, type DeliveryKey } from '../deliveries/delivery-key.js';
import { WAITING_IN_LANE } from '../deliveries/waiting-in-lane.js';
import { WaitingRepository } from '../deliveries/waiting.repository.js';
import { cancelled } from './delivery.actions.js';
import { criteriaOf, filterSql } from './delivery-filter.js';

@Injectable()
export class BulkCancellation {
  constructor(
    private readonly database: DataSource,
    private readonly waiting: WaitingRepository,
    private readonly audit: Audit,
  ) {}

  /** What arrives meanwhile is left alone. @returns how many ended, with those that end with their digest. @throws ProblemException 400 when the filter is empty */
  async cancel(author: Author, filter: BulkFilter): Promise<number> {
    const criteria = criteriaOf(filter);
    const { condition, parameters } = filterSql(author.organizationId, criteria);
    const [now] = await this.database.query<{ at: string }[]>('select clock_timestamp()::text as at');
    // what waits is few of many: each batch looks for it by the index of it
    const which = {
      condition: `${condition} and ${WAITING_IN_LANE} and d.recorded_at <= $${parameters.length + 1}::timestamptz and (d.kind <> 'digest' or not exists (${otherMembers(author.organizationId, criteria)}))`,
      parameters: [...parameters, now?.at],
    };
    let withDigests = 0;
    const digests = await this.waiting.endAll(cancelled(author), { ...which, condition: `${which.condition} and d.kind = 'digest'` }, async (tx, ended) => {
      withDigests += await membersOf(tx, ended);
      await this.record(tx, author, filter, ended);
    });
    const others = await this.waiting.endAll(cancelled(author), which, (tx, ended) => this.record(tx, author, filter, ended));
    return digests + withDigests + others;
  }

  private async record(tx: EntityManager, author: Author, filter: BulkFilter, ended: readonly DeliveryKey[]): Promise<void> {
    const deliveryIds = ended.map(({ delivery_id }) => delivery_id);
    await this.audit.record(tx, { ...author, action: 'deliveries.cancelled', target: { kind: 'organization', id: author.organizationId }, after: { filter, deliveryIds } });
  }
}

/** What the digest `d` tells that the filter does not name: it stays for the sake of that. One that is named itself, by its id or as a digest, is all that it tells. */
function otherMembers(organizationId: string, criteria: DeliveryCriteria): string {
  const { condition } = filterSql(organizationId, criteria, ['id', 'source']);
  return `select 1 from deliveries m where m.organization_id = d.organization_id and m.digest_id = d.delivery_id and m.state = 'waiting'
    and not exists (select 1 from ledger d where d.organization_id = m.organization_id and d.delivery_id = m.delivery_id and ${condition})`;
}

/** They are given the end of their digest in a moment. */
async function membersOf(tx: EntityManager, digests: readonly DeliveryKey[]): Promise<number> {
  const [row] = await tx.query<{ members: number }[]>(
    `select count(*)::int as members from deliveries where (organization_id, digest_id) in (select * from unnest($1::text[], $2::text[])) and state = 'waiting'`,
    keyColumns(digests),
  );
  return row?.members ?? 0;
}

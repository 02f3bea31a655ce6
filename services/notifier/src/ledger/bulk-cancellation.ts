/** Cancels every delivery that waits and that a filter names, in batches: none of them keeps a destination locked for long. */
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

import type { BulkFilter } from '@tocsin/contracts';
import { Audit } from '@tocsin/platform';

import type { Author } from '../author.js';
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

  /** What arrives meanwhile is left alone. @returns how many ended. @throws ProblemException 400 when the filter is empty */
  async cancel(author: Author, filter: BulkFilter): Promise<number> {
    const { condition, parameters } = filterSql(author.organizationId, criteriaOf(filter));
    const [now] = await this.database.query<{ at: string }[]>('select clock_timestamp()::text as at');
    // what waits is few of many: each batch looks for it by the index of it
    const which = { condition: `${condition} and ${WAITING_IN_LANE} and d.recorded_at <= $${parameters.length + 1}::timestamptz`, parameters: [...parameters, now?.at] };
    return this.waiting.endAll(cancelled(author), which, async (tx, ended) => {
      const deliveryIds = ended.map(({ delivery_id }) => delivery_id);
      await this.audit.record(tx, { ...author, action: 'deliveries.cancelled', target: { kind: 'organization', id: author.organizationId }, after: { filter, deliveryIds } });
    });
  }
}

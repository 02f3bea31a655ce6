/**
 * Members of a digest that by themselves would not be told any more: their destination was told of their issues meanwhile, by
 * another digest or message, or an issue was excluded before it was told at all. They end as they would by themselves.
 */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

import type { DeliveryError } from '@tocsin/domain';
import { JSON_AS_BYTES, prepared, textArray } from '@tocsin/platform';

import { CLAIMED_COLUMNS, commandOf, type ClaimedRow } from '../deliveries/claim.js';
import type { Outcome } from '../deliveries/delivery-result.js';
import { whichOf, WaitingRepository } from '../deliveries/waiting.repository.js';
import { tell } from '../living/claim-telling.js';
import { groupsBy } from '../living/keyed.js';
import { ToldIssues } from '../living/told-issues.repository.js';
import type { DigestKey } from './digest-members.repository.js';

interface Untold {
  row: ClaimedRow;
  error: DeliveryError;
  trace: Outcome['trace'];
}

/** Of the member `m` something is known that may keep it from being told. */
export const MAYBE_UNTOLD = `m.state = 'waiting' and exists (
  select 1 from commands c where c.organization_id = m.organization_id and c.delivery_id = m.delivery_id and (c.issue_status = 'excluded' or exists (
    select 1 from told_issues t where t.organization_id = c.organization_id and t.issue_id = c.issue_ids[1] and t.lane_id = m.lane_id)))`;
const PAGE = 250;

@Injectable()
export class UntoldMembers {
  constructor(
    private readonly waiting: WaitingRepository,
    private readonly told: ToldIssues,
  ) {}

  /**
   * Of a digest that this process is about to post, with its lane locked.
   * @param ambiguous posts of it whose end nobody knows @param after the last one that was looked at @returns the one after which there may be more
   */
  async endSome(tx: EntityManager, { organizationId, digestId }: DigestKey, ambiguous: number, after: string): Promise<string | undefined> {
    const page = await tx.query<{ delivery_id: string }[]>(
      `select m.delivery_id from deliveries m where m.organization_id = $1 and m.digest_id = $2 and m.delivery_id > $3 and ${MAYBE_UNTOLD} order by m.delivery_id limit ${PAGE}`,
      [organizationId, digestId, after],
    );
    const rows = await prepared<ClaimedRow>(tx, `select ${CLAIMED_COLUMNS} from read_claims($1, $2)`, [textArray(page.map(() => organizationId)), textArray(page.map(({ delivery_id }) => delivery_id))], JSON_AS_BYTES);
    await this.endThese(tx, rows.flatMap((row) => untold(row, ambiguous)));
    return page.length < PAGE ? undefined : page.at(-1)?.delivery_id;
  }

  private async endThese(tx: EntityManager, members: readonly Untold[]): Promise<void> {
    for (const same of groupsBy(members, ({ error }) => error.message).values()) {
      const [first] = same;
      if (first) await this.waiting.endMembers(tx, { state: 'suppressed', error: first.error }, whichOf(same.map(({ row }) => row)));
    }
    const collapsed = members.flatMap(({ row, trace }) =>
      trace?.kind === 'collapsed' ? [{ organizationId: row.organization_id, laneId: row.lane_id, connectionId: row.connection_id, deliveryId: row.delivery_id, issue: trace.issue }] : []);
    if (collapsed.length > 0) await this.told.markCollapsed(tx, collapsed);
  }
}

function untold(row: ClaimedRow, ambiguous: number): Untold[] {
  const telling = tell({ ...row, ambiguous: Math.max(row.ambiguous, ambiguous) }, commandOf(row));
  if (!('outcome' in telling) || telling.outcome.state !== 'suppressed' || telling.outcome.error === undefined) return [];
  return [{ row, error: telling.outcome.error, trace: telling.outcome.trace }];
}

/** The answers that are in the thread of a message: deliveries of their own, so where each is was kept when it was posted. */
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

import type { PostedMessage } from '@tocsin/slack';

import type { DeliveryRow } from '../deliveries/delivery-view.js';

export type Answer = Pick<DeliveryRow, 'organization_id' | 'delivery_id' | 'lane_id' | 'ambiguous'> & { slack_channel: string; slack_ts: string };

@Injectable()
export class AnswersInThread {
  constructor(private readonly database: DataSource) {}

  /**
   * The newest one. A channel whose id was changed has answers under both ids.
   * @param but ids of those that are passed over
   */
  async newest({ organization_id, delivery_id, connection_id, issue_ids }: DeliveryRow, { channel, ts }: PostedMessage, but: readonly string[]): Promise<Answer | undefined> {
    const [answer] = await this.database.query<Answer[]>(
      `select d.organization_id, d.delivery_id, d.lane_id, d.ambiguous, d.slack_channel, d.slack_ts from deliveries d
       where d.kind = 'reply' and d.parent_ts = $3 and d.organization_id = $1 and d.connection_id = $2 and d.state = 'posted' and d.slack_ts is not null and d.delivery_id <> all($5)
         and d.parent_channel in ($4, (select t.channel from told_issues t where t.organization_id = $1 and t.issue_id = any($6) and t.delivery_id = $7 and t.ts = $3 limit 1))
       order by d.slack_ts collate "C" desc limit 1`,
      [organization_id, connection_id, ts, channel, but, issue_ids, delivery_id],
    );
    return answer;
  }
}

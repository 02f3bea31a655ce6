/** Messages that are to be edited: claimed under a lease, within the allowances for edits, and what became of them. */
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';

import type { Issue, MessageInput } from '@tocsin/domain';

import { NotifierConfig } from '../notifier.config.js';
import type { KeptCommand } from './told.js';

/** Longer than a request, repeated as plain text, takes. */
export const EDIT_LEASE_MS = 30_000;
/** Edits that may go at once after a quiet time. */
const BURST = 5;

export interface Edit {
  organization_id: string;
  issue_id: string;
  lane_id: string;
  lease_id: string;
  connection_id: string;
  delivery_id: string;
  channel: string;
  ts: string;
  was_plain_text: boolean;
  wanted_revision: number;
  /** The issue as it is to be shown. */
  wanted: Issue | null;
  fails: number;
  /** A breaker is open: this one finds out whether Slack answers again. */
  is_probe: boolean;
  budget_key: string;
  workspace_url: string | null;
  /** Null when the delivery is not kept any more. */
  command: KeptCommand | null;
  ambiguous: number;
  destination_id: string | null;
}

const OWN = 'organization_id = $1 and issue_id = $2 and lane_id = $3 and lease_id = $4';

@Injectable()
export class EditRepository {
  constructor(
    private readonly database: DataSource,
    private readonly config: NotifierConfig,
  ) {}

  async claim(most: number): Promise<Edit[]> {
    const [row] = await this.database.query<{ lease_id: string | null }[]>('select claim_edits($1, make_interval(secs => $2), $3, $4) as lease_id', [most, EDIT_LEASE_MS / 1000, this.config.SLACK_UPDATES_PER_MINUTE, BURST]);
    if (row?.lease_id == null) return [];
    return this.database.query<Edit[]>(
      `select t.organization_id, t.issue_id, t.lane_id, t.lease_id, t.connection_id, t.delivery_id, t.channel, t.ts, t.was_plain_text, t.wanted_revision, t.wanted, t.fails,
         c.budget_key || '/update' as budget_key, c.workspace->>'url' as workspace_url, d.command, coalesce(d.ambiguous, 0) as ambiguous, d.destination_id,
         exists (select 1 from breakers b where b.edit_probe = t.lease_id and b.breaker_key in ('slack', t.connection_id)) as is_probe
       from told_issues t join connections c using (connection_id) left join ledger d on d.organization_id = t.organization_id and d.delivery_id = t.delivery_id
       where t.lease_id = $1`,
      [row.lease_id],
    );
  }

  /** Milliseconds until an allowance has room for what waits for it; undefined when none keeps anything waiting. */
  async untilNext(): Promise<number | undefined> {
    const perEdit = this.config.SLACK_UPDATES_PER_MINUTE === 0 ? 0 : 60 / this.config.SLACK_UPDATES_PER_MINUTE;
    const [next] = await this.database.query<{ ms: number | null }[]>(
      `select extract(epoch from min(room.at) - clock_timestamp())::float8 * 1000 as ms
       from connections c join budgets b on b.budget_key = c.budget_key || '/update', greatest(b.blocked_until, b.tat - make_interval(secs => $1)) room (at)
       where c.state = 'active' and room.at > clock_timestamp()
         and not exists (select 1 from pauses p where p.organization_id = c.organization_id and p.workflow_id = '') and exists (
         select 1 from told_issues t where t.connection_id = c.connection_id and t.ts is not null and t.living and not t.in_digest and t.wanted_revision > t.shown_revision)`,
      [perEdit * (BURST - 1)],
    );
    return next?.ms ?? undefined;
  }

  /** The message shows this much now. @returns false when the row is not this holder's any more */
  async shown(tx: EntityManager, edit: Edit, wasPlainText: boolean): Promise<boolean> {
    return this.settle(tx, edit, `shown_revision = greatest(shown_revision, $5), was_plain_text = $6, fails = 0, outdated = false, wanted = case when wanted_revision <= $5 then null else wanted end`, [edit.wanted_revision, wasPlainText]);
  }

  /** What it shows stands in its delivery beside this. */
  async keep(tx: EntityManager, { organization_id, delivery_id }: Edit, { issues: [issue], ownerIds }: MessageInput, wasPlainText: boolean): Promise<void> {
    await tx.query(
      `insert into last_edits (organization_id, delivery_id, issue, owner_ids, was_plain_text) values ($1, $2, $3, $4, $5)
       on conflict (organization_id, delivery_id) do update set issue = excluded.issue, owner_ids = excluded.owner_ids, was_plain_text = excluded.was_plain_text, edited_at = excluded.edited_at`,
      [organization_id, delivery_id, JSON.stringify(issue), ownerIds ?? [], wasPlainText],
    );
  }

  /** Nothing more is done about it until the issue changes again. @param isOutdated it shows the issue as it was */
  async rest(tx: EntityManager, edit: Edit, isOutdated: boolean): Promise<boolean> {
    return this.settle(tx, edit, `shown_revision = greatest(shown_revision, $5), fails = 0, outdated = outdated or $6, wanted = case when wanted_revision <= $5 then null else wanted end`, [edit.wanted_revision, isOutdated]);
  }

  async later(tx: EntityManager, edit: Edit, waitMs: number): Promise<boolean> {
    return this.settle(tx, edit, `next_at = clock_timestamp() + make_interval(secs => $5::float8 / 1000), fails = fails + $6`, [waitMs, edit.is_probe ? 0 : 1]);
  }

  /** Slack said how long edits of this app have to wait. */
  async block(tx: EntityManager, { budget_key }: Edit, waitMs: number): Promise<void> {
    await tx.query('update budgets set blocked_until = greatest(blocked_until, clock_timestamp() + make_interval(secs => $2::float8 / 1000)) where budget_key = $1', [budget_key, waitMs]);
  }

  /** One more request than was claimed. It goes all the same: those after it wait for it. */
  async charge({ budget_key }: Edit): Promise<void> {
    if (this.config.SLACK_UPDATES_PER_MINUTE === 0) return;
    await this.database.query('update budgets set tat = greatest(tat, clock_timestamp()) + make_interval(secs => $2) where budget_key = $1', [budget_key, 60 / this.config.SLACK_UPDATES_PER_MINUTE]);
  }

  /** The message is gone: the one of this delivery, which is not there yet, takes its place. */
  async replace(tx: EntityManager, edit: Edit, deliveryId: string): Promise<boolean> {
    return this.settle(tx, edit, 'delivery_id = $5, channel = null, ts = null, shown_revision = 0, replied_revision = 0, outdated = false', [deliveryId]);
  }

  /** Nobody knows any more what the message said. */
  async drop({ organization_id, issue_id, lane_id, lease_id }: Edit): Promise<void> {
    await this.database.query(`delete from told_issues where ${OWN}`, [organization_id, issue_id, lane_id, lease_id]);
  }

  private async settle(tx: EntityManager, { organization_id, issue_id, lane_id, lease_id }: Edit, change: string, parameters: readonly unknown[]): Promise<boolean> {
    const [settled] = await tx.query<[unknown[], number]>(`update told_issues set ${change}, leased_until = '-infinity', lease_id = null where ${OWN} returning 1`, [organization_id, issue_id, lane_id, lease_id, ...parameters]);
    return settled.length > 0;
  }
}

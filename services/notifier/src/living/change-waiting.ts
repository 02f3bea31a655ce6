/** What waits to be told of issues that changed shows them as they are now, or ends because there is nothing to tell any more. */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

import type { DeliveryError } from '@tocsin/domain';

import type { DeliveryKey } from '../deliveries/delivery-key.js';
import { DeliveryLog, type TimelineLine } from '../deliveries/delivery-log.js';
import { whichOf, WaitingRepository, type Ending, type Which } from '../deliveries/waiting.repository.js';
import { afterNews, endAfterDigest } from './after-news.js';
import { IssueNewsRepository, type ToldRow, type WaitingRow } from './issue-news.repository.js';
import { heardBetween, newsOf, type IssueNews } from './issue-news.js';
import { byKey, groupsBy, keyOf } from './keyed.js';
import { suppression } from './telling.js';
import { ToldIssues } from './told-issues.repository.js';
import type { KeptCommand } from './told.js';

interface Ended {
  row: WaitingRow;
  error: DeliveryError;
}

interface Judged {
  rewritten: Map<WaitingRow, KeptCommand>;
  ended: Ended[];
  lines: TimelineLine[];
}

@Injectable()
export class ChangeWaiting {
  constructor(
    private readonly repository: IssueNewsRepository,
    private readonly told: ToldIssues,
    private readonly waiting: WaitingRepository,
    private readonly log: DeliveryLog,
  ) {}

  /** With the lanes locked. @returns keys of lane and issue for which an answer waits that tells what changed */
  async change(tx: EntityManager, news: readonly IssueNews[], told: readonly ToldRow[]): Promise<Set<string>> {
    const rows = await this.repository.waiting(tx, news);
    const { rewritten, ended, lines } = judge(rows, news);
    ended.push(...lastWords(rows, ended, told));
    for (const { row } of ended) rewritten.delete(row);
    await this.repository.rewrite(tx, [...rewritten].map(([row, command]) => ({ row, command })));
    await this.repository.outdateDigests(tx, [...rewritten.keys()]);
    await this.log.write(tx, lines);
    await this.end(ended, (ending, which) => this.waiting.end(tx, ending, which));
    await this.markCollapsed(tx, ended);
    const gone = new Set(ended.map(({ row }) => row));
    return new Set(rows.filter((row) => !gone.has(row) && tellsAChange(row)).map(laneAndIssue));
  }

  /**
   * Members that leave their digest untold are told by themselves from now on, unless they are out of date: those end. Call it
   * before they leave, with their lanes locked. @returns how many ended
   */
  async lookAnew(tx: EntityManager, members: readonly DeliveryKey[]): Promise<number> {
    const rows = (await this.repository.turned(tx, members)).map((row) => ({ ...row, digest_id: null }));
    if (rows.length === 0) return 0;
    const ended = rows.flatMap((row): Ended[] => {
      const error = endAfterDigest({ command: row.command, isMember: true, isAmbiguous: row.ambiguous > 0, isReplay: row.replay_of !== null }, row.newest ?? undefined);
      return error ? [{ row, error }] : [];
    });
    const told = await this.repository.told(tx, rows.map(({ organization_id: organizationId, issue_ids: [issueId = ''] }) => ({ organizationId, issueId })));
    ended.push(...lastWords(rows, ended, told));
    await this.end(ended, (ending, which) => this.waiting.endMembers(tx, ending, which));
    await this.markCollapsed(tx, ended);
    return ended.length;
  }

  /**
   * Members of a digest that is about to be posted show what was heard of their issues while an earlier attempt was on its way,
   * or before they came. With their lanes locked.
   */
  async catchUp(tx: EntityManager, members: readonly DeliveryKey[]): Promise<void> {
    const judged: Judged = { rewritten: new Map(), ended: [], lines: [] };
    for (const row of await this.repository.turned(tx, members)) {
      const [own] = row.command.issues;
      const [news] = own && row.newest ? newsOf([heardBetween(row.organization_id, own, row.newest)]) : [];
      if (news) judgeOne(row, news, judged);
    }
    await this.repository.rewrite(tx, [...judged.rewritten].map(([row, command]) => ({ row, command })));
    await this.log.write(tx, judged.lines);
  }

  /** With their lanes locked. @returns keys of lane and issue for which something waits that tells of the issue as it is now */
  async answered(tx: EntityManager, news: readonly IssueNews[], told: readonly ToldRow[]): Promise<Set<string>> {
    const newest = byKey(news, ({ organizationId, issueId }) => keyOf(organizationId, issueId));
    const rows = await this.repository.waiting(tx, news, told.map(({ lane_id }) => lane_id));
    return new Set(rows.filter((row) => {
      const [own] = row.command.issues;
      const now = newest.get(keyOf(row.organization_id, own?.id))?.newest;
      return own !== undefined && now !== undefined && own.revision >= now.revision && (tellsAChange(row) || row.command.follows !== undefined);
    }).map(laneAndIssue));
  }

  private async end(ended: readonly Ended[], end: (ending: Ending, which: Which) => Promise<unknown>): Promise<void> {
    for (const same of groupsBy(ended, ({ error }) => error.code).values()) {
      const [first] = same;
      if (first) await end({ state: 'suppressed', error: first.error }, whichOf(same.map(({ row }) => row)));
    }
  }

  /** What was to tell of an issue of which nothing was told leaves a mark, for what comes later. */
  private async markCollapsed(tx: EntityManager, ended: readonly Ended[]): Promise<void> {
    const collapsed = ended.flatMap(({ row, error }) => {
      const [issue] = row.command.issues;
      return error.code === 'resolved_before_sent' && issue ? [{ organizationId: row.organization_id, laneId: row.lane_id, connectionId: row.connection_id, deliveryId: row.delivery_id, issue: { id: issue.id, revision: issue.revision } }] : [];
    });
    if (collapsed.length > 0) await this.told.markCollapsed(tx, collapsed);
  }
}

function judge(rows: readonly WaitingRow[], news: readonly IssueNews[]): Judged {
  const byIssue = byKey(news, ({ organizationId, issueId }) => keyOf(organizationId, issueId));
  const judged: Judged = { rewritten: new Map(), ended: [], lines: [] };
  for (const row of rows) {
    for (const issueId of row.issue_ids) {
      const own = byIssue.get(keyOf(row.organization_id, issueId));
      if (own) judgeOne(row, own, judged);
    }
  }
  return judged;
}

function judgeOne(row: WaitingRow, news: IssueNews, { rewritten, ended, lines }: Judged): void {
  const command = rewritten.get(row) ?? row.command;
  const aftermath = afterNews({ command, isMember: row.digest_id !== null, isAmbiguous: row.ambiguous > 0, isReplay: row.replay_of !== null }, news);
  if (!aftermath) return;
  if ('end' in aftermath) {
    ended.push({ row, error: aftermath.end });
    return;
  }
  rewritten.set(row, aftermath.command);
  if (aftermath.line !== undefined) lines.push({ organizationId: row.organization_id, deliveryId: row.delivery_id, story: { kind: 'changed', text: aftermath.line } });
}

/** That an issue is resolved of which nothing was told, and nothing will be. */
function lastWords(rows: readonly WaitingRow[], ended: readonly Ended[], told: readonly ToldRow[]): Ended[] {
  const there = new Set(told.filter(({ ts, unconfirmed }) => ts !== null || unconfirmed).map(({ lane_id, issue_id }) => keyOf(lane_id, issue_id)));
  const untold = [
    ...ended.filter(({ error }) => error.code === 'resolved_before_sent').map(({ row }) => laneAndIssue(row)),
    ...told.filter(({ collapsed }) => collapsed).map(({ lane_id, issue_id }) => keyOf(lane_id, issue_id)),
  ].filter((key) => !there.has(key));
  return rows.filter((row) => tellsTheEnd(row) && untold.includes(laneAndIssue(row)) && !ended.some((one) => one.row === row))
    .map((row) => ({ row, error: suppression('resolved_before_sent', undefined) }));
}

function tellsTheEnd(row: WaitingRow): boolean {
  return isOfWorkflow(row) && row.command.change === 'resolved' && row.replay_of === null && row.ambiguous === 0;
}

/** In the thread, by notifier itself or by a workflow. */
function tellsAChange(row: WaitingRow): boolean {
  if (row.command.reply) return true;
  return isOfWorkflow(row) && row.command.change !== undefined && row.command.change !== 'new';
}

/** A workflow's message about one issue, which no digest tells. */
function isOfWorkflow({ command, digest_id }: WaitingRow): boolean {
  return command.source.kind === 'workflow' && command.issues.length === 1 && command.digest === undefined && digest_id === null;
}

function laneAndIssue({ lane_id, command }: WaitingRow): string {
  return keyOf(lane_id, command.issues[0]?.id);
}

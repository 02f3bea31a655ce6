/**
 * Takes in that issues changed: messages that are there will be edited, what waits shows the issue as it is now or is not
 * sent at all, and threads are told what changed. Taken in twice, or in another order, it comes to the same.
 */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

import { Outbox } from '@tocsin/platform';

import type { Arrival } from '../deliveries/arrival.js';
import { ArrivalRepository } from '../deliveries/arrival.repository.js';
import type { DeliveryKey } from '../deliveries/delivery-key.js';
import { afterAll, answer, inPlaceOf, summary, withStories, type Parent } from './answers.js';
import { ChangeWaiting } from './change-waiting.js';
import { IssueNewsRepository, type ToldChange, type ToldRow, type WaitingRow } from './issue-news.repository.js';
import { heardBetween, newsOf, storyAfter, type Heard, type IssueNews, type Story } from './issue-news.js';
import { byKey, groupsBy, keyOf } from './keyed.js';
import type { KeptCommand, Overtaken } from './told.js';

/** A workflow that answers by itself, and further changes, come within this time. */
const ANSWER_WAIT_MS = 2000;
const SUMMARY_WAIT_MS = 10_000;

interface Changed {
  row: ToldRow;
  story: Story;
}

@Injectable()
export class FollowChanges {
  constructor(
    private readonly outbox: Outbox,
    private readonly repository: IssueNewsRepository,
    private readonly waiting: ChangeWaiting,
    private readonly arrivals: ArrivalRepository,
  ) {}

  /** @returns whether there is something to edit or to send */
  async take(heard: readonly Heard[]): Promise<boolean> {
    const news = newsOf(heard);
    if (news.length === 0) return false;
    await this.repository.remember(news);
    return this.outbox.transaction(async (tx) => {
      if (!(await this.repository.lockLanes(tx, news))) return false;
      const told = await this.repository.told(tx, news);
      const answered = await this.waiting.change(tx, news, told);
      await this.changeTold(tx, news, told, answered);
      return true;
    });
  }

  /** What changed of a digest's issues while it was on its way: its thread tells it. Call it when these members are told, in that transaction, with their lane locked. */
  async catchUp(tx: EntityManager, digestId: string, members: readonly DeliveryKey[]): Promise<void> {
    const untold = await this.repository.untold(tx, digestId, members);
    if (untold.length === 0) return;
    const news = newsOf(untold.map(({ organization_id, told, newest }) => heardBetween(organization_id, told, newest)));
    await this.changeTold(tx, news, await this.repository.told(tx, news, digestId), new Set());
  }

  /** {@link catchUp}, of what was told by messages that no digest stands for. Call it when it is recorded that they were posted, in that transaction, with their lanes locked. */
  async catchUpWith(tx: EntityManager, overtaken: readonly Overtaken[]): Promise<void> {
    for (const all of groupsBy(overtaken, ({ organizationId, deliveryId }) => keyOf(organizationId, deliveryId)).values()) {
      const untold = await this.repository.unhear(tx, all);
      const [first] = untold;
      if (!first) continue;
      const news = newsOf(untold.map(({ organizationId, told, newest }) => heardBetween(organizationId, told, newest)));
      const rows = await this.repository.told(tx, news, first.deliveryId);
      await this.changeTold(tx, news, rows, await this.waiting.answered(tx, news, rows));
    }
  }

  private async changeTold(tx: EntityManager, news: readonly IssueNews[], told: readonly ToldRow[], answered: ReadonlySet<string>): Promise<void> {
    const byIssue = byKey(news, ({ organizationId, issueId }) => keyOf(organizationId, issueId));
    const changed = told.flatMap((row): Changed[] => {
      const own = byIssue.get(keyOf(row.organization_id, row.issue_id));
      const story = own && storyAfter(own, row.wanted_revision);
      return story ? [{ row, story }] : [];
    });
    const instead = new Map(changed.flatMap((one) => {
      const arrival = insteadOf(one);
      return arrival ? [[one, arrival] as const] : [];
    }));
    await this.repository.want(tx, changed.map((one): ToldChange => {
      const arrival = instead.get(one);
      return { row: one.row, issue: one.story.issue, ...(arrival && { deliveryId: arrival.command.commandId }) };
    }));
    const arrivals = [...instead.values(), ...changed.flatMap((one) => answerTo(one, answered))];
    arrivals.push(...(await this.sumUp(tx, changed)));
    if (arrivals.length > 0) await this.arrivals.ingestWithin(tx, arrivals);
  }

  /** One answer a scan in the thread of a digest: what waits there takes in more. @returns new ones */
  private async sumUp(tx: EntityManager, changed: readonly Changed[]): Promise<Arrival[]> {
    const inDigests = changed.filter(({ row, story }) => row.in_digest && row.living && row.ts !== null && row.options?.thread !== false && story.change !== undefined);
    if (inDigests.length === 0) return [];
    const waiting = byKey(await this.repository.summaries(tx, inDigests.map(({ row }) => row.lane_id)), ({ lane_id, parent_ts, command }) => keyOf(lane_id, parent_ts, command.summary?.scan));
    const [more, fresh]: [{ row: WaitingRow; command: KeptCommand }[], Arrival[]] = [[], []];
    for (const [key, group] of groupsBy(inDigests, ({ row, story }) => keyOf(row.lane_id, row.ts, story.scanId ?? ''))) {
      const [first] = group;
      const [row, stories] = [waiting.get(key), group.map(({ story }) => story)];
      if (row) more.push({ row, command: withStories(row.command, stories) });
      else if (first) fresh.push(...summaryFor(first, stories));
    }
    await this.repository.collect(tx, more);
    return fresh;
  }
}

/** @returns the message in the place of one that may not have arrived, or that was not sent since its issue was excluded, which it is no more: nothing else may tell that */
function insteadOf({ row, story }: Changed): Arrival | undefined {
  if (!row.living || row.command === null || row.destination_id === null || story.change === undefined) return undefined;
  const place = { laneId: row.lane_id, destinationId: row.destination_id };
  if (!row.unconfirmed) return story.issue.status === 'open' ? { command: afterAll(row.command, place, story.issue), saidAt: new Date() } : undefined;
  const command = inPlaceOf(row.command, place, story.issue, { reason: 'unconfirmed' });
  return { command: { ...command, change: story.change, changes: story.changes }, saidAt: new Date() };
}

function answerTo({ row, story }: Changed, answered: ReadonlySet<string>): Arrival[] {
  const parent = parentOf(row);
  if (!parent || row.in_digest || row.channel === null || row.ts === null || story.change === undefined || row.options?.thread === false || answered.has(keyOf(row.lane_id, row.issue_id))) return [];
  return [{ command: answer(parent, story, row.wanted_revision), saidAt: new Date(), kind: 'reply', parent: { channel: row.channel, ts: row.ts }, waitMs: ANSWER_WAIT_MS }];
}

function summaryFor({ row, story }: Changed, stories: readonly Story[]): Arrival[] {
  const parent = parentOf(row);
  if (!parent || row.channel === null || row.ts === null) return [];
  return [{ command: summary({ ...parent, ts: row.ts }, stories, story.scanId ?? ''), saidAt: new Date(), kind: 'reply', parent: { channel: row.channel, ts: row.ts }, waitMs: SUMMARY_WAIT_MS }];
}

function parentOf({ organization_id, lane_id, connection_id, destination_id, source, options, living }: ToldRow): Parent | undefined {
  if (!living || destination_id === null || source === null) return undefined;
  return { organizationId: organization_id, laneId: lane_id, connectionId: connection_id, destinationId: destination_id, source, options: options ?? undefined };
}

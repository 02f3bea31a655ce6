/** What becomes of a delivery that waits when one of its issues changed: it shows the issue as it is now, or it is not sent at all. */
import { changesText, mergeChanges, mergeKinds, type DeliveryError, type Issue } from '@tocsin/domain';

import { issuesOf } from '../deliveries/issues-of.js';
import { storyAfter, type IssueNews, type Story } from './issue-news.js';
import { suppression } from './telling.js';
import type { KeptCommand } from './told.js';

export interface WaitingDelivery {
  command: KeptCommand;
  /** A digest tells it. */
  isMember: boolean;
  /** An earlier attempt may have arrived. */
  isAmbiguous: boolean;
  isReplay: boolean;
}

export type Aftermath = { command: KeptCommand; line?: string } | { end: DeliveryError };

const REOPENED: DeliveryError = { code: 'reopened_before_sent', message: 'The issue was back before it was told that it is resolved.', remedy: 'Nothing has to be done.' };

/** @returns undefined when it tells nothing older */
export function afterNews(waiting: WaitingDelivery, news: IssueNews): Aftermath | undefined {
  const { command } = waiting;
  if (command.reply) return afterNewsForReply(command, command.reply, news);
  const shown = issuesOf(command).filter(({ id }) => id === news.issueId);
  const oldest = Math.min(...shown.map(({ revision }) => revision));
  const story = shown.length === 0 ? undefined : storyAfter(news, oldest);
  if (!story) return undefined;
  const [own] = command.issues;
  const isAlone = command.digest === undefined && command.issues.length === 1 && own !== undefined;
  const end = isAlone && !waiting.isMember ? endOf(waiting, wasOf(command, own), story.issue) : undefined;
  if (end) return { end };
  const line = lineOf(command, story, isAlone);
  const was = isAlone && (waiting.isMember || story.issue.status === 'excluded') ? { was: wasOf(command, own) } : undefined;
  return { command: { ...withSnapshot(command, story.issue), ...(isAlone && changeOf(command, own, story)), ...was }, ...(line !== undefined && { line }) };
}

/** A digest does not tell it any more: by itself it may be out of date. @param newest that was heard of its issue */
export function endAfterDigest(waiting: WaitingDelivery, newest: Issue | undefined): DeliveryError | undefined {
  const [own] = waiting.command.issues;
  if (!own) return undefined;
  return endOf(waiting, wasOf(waiting.command, own), newest && newest.revision > own.revision ? newest : own);
}

function wasOf({ was, change }: KeptCommand, { status }: Issue): NonNullable<KeptCommand['was']> {
  return was ?? { status, ...(change !== undefined && { change }) };
}

/** What a workflow tells of an issue that has turned is out of date; what a person sent is sent. */
function endOf({ command, isAmbiguous, isReplay }: WaitingDelivery, was: NonNullable<KeptCommand['was']>, now: Issue): DeliveryError | undefined {
  if (command.source.kind !== 'workflow' || isAmbiguous || isReplay) return undefined;
  if (was.change === 'resolved') return now.status === 'open' ? REOPENED : undefined;
  return was.status === 'open' && now.status === 'resolved' ? suppression('resolved_before_sent', undefined) : undefined;
}

/** A message that tells a change tells all of it. */
function changeOf({ change, changes, tells }: KeptCommand, { revision }: Issue, story: Story): Pick<KeptCommand, 'change' | 'changes' | 'tells'> {
  if (change === undefined || change === 'new') return {};
  if (story.change === undefined) return { tells: tells ?? revision };
  return { change: mergeKinds(change, story.change), changes: mergeChanges(changes ?? [], story.changes), tells: Math.max(...story.covers) };
}

function lineOf({ summary }: KeptCommand, { issue, change, changes }: Story, isAlone: boolean): string | undefined {
  const what = changesText('updated', changes);
  if (summary !== undefined || change === undefined || what === '') return undefined;
  return isAlone ? `The issue changed before it was told: ${what}` : `An issue changed before it was told (${issue.title}): ${what}`;
}

/** One answer tells everything since the thread was last told something, also what comes late. */
function afterNewsForReply(command: KeptCommand, { since, covers }: NonNullable<KeptCommand['reply']>, { issueId, steps }: IssueNews): Aftermath | undefined {
  const [own] = command.issues;
  if (own?.id !== issueId) return undefined;
  const unknown = steps.filter(({ issue }) => issue.revision > since && !covers.includes(issue.revision));
  const [newest] = [...unknown.map(({ issue }) => issue), own].sort((a, b) => b.revision - a.revision);
  if (unknown.length === 0 || newest === undefined) return undefined;
  const last = Math.max(...covers);
  const [before, after] = [storyAfter({ steps: unknown.filter(({ issue }) => issue.revision < last) }, since), storyAfter({ steps: unknown }, last)];
  let merged: KeptCommand = { ...command, issues: [newest] };
  if (before?.change) merged = { ...merged, change: mergeKinds(before.change, merged.change ?? before.change), changes: mergeChanges(before.changes, merged.changes ?? []) };
  if (after?.change) merged = { ...merged, change: mergeKinds(merged.change ?? after.change, after.change), changes: mergeChanges(merged.changes ?? [], after.changes) };
  return { command: { ...merged, reply: { since, covers: [...covers, ...(before?.covers ?? []), ...(after?.covers ?? [])] } } };
}

function withSnapshot(command: KeptCommand, issue: Issue): KeptCommand {
  const renewed = (issues: readonly Issue[]): Issue[] => issues.map((own) => (own.id === issue.id && own.revision < issue.revision ? issue : own));
  const { issues, digest } = command;
  if (!digest) return { ...command, issues: renewed(issues) };
  const { kind, title, totals, link } = digest;
  const sections = digest.sections.map(({ name, total, issues: named }) => ({ name, total, issues: renewed(named) }));
  return { ...command, issues: renewed(issues), digest: { kind, title, totals, sections, ...(link !== undefined && { link }) } };
}

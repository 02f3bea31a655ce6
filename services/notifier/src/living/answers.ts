/** The messages that notifier makes by itself when an issue changed: answers in threads, and messages in the place of lost ones. */
import { v5 as uuid } from 'uuid';

import type { DigestContent, SendToSlack } from '@tocsin/contracts';
import { mergeChanges, PRIORITY, type DeliverySource, type FieldChange, type Issue, type MessageInput, type MessageOptions } from '@tocsin/domain';

import { mergeChange, type Story } from './issue-news.js';
import type { KeptCommand } from './told.js';

/** What an answer takes over from the message that it belongs to. */
export interface Parent {
  organizationId: string;
  laneId: string;
  connectionId: string;
  destinationId: string;
  source: DeliverySource;
  options: MessageOptions | undefined;
}

/** Space of the ids that are made from what a message is about, so that it is made once. */
const NAMES = 'b0d3c0a4-6a53-4b0e-9d49-0a3f9a52b6c1';
const NAMED_IN_SECTION = 10;
const CHANGES = ['resolved', 'reopened', 'updated'] as const;
const SECTIONS = { resolved: 'Resolved', reopened: 'Back after they were resolved', updated: 'Updated' } as const;

export function idOf(...about: readonly (string | number)[]): string {
  return uuid(JSON.stringify(about), NAMES);
}

/** The answer in the thread of one issue's message. @param since the revision that the thread knows */
export function answer(parent: Parent, story: Story, since: number): KeptCommand {
  const { organizationId, laneId } = parent;
  const { issue, covers, changes } = story;
  return {
    commandId: idOf('answer', organizationId, laneId, issue.id, issue.revision),
    ...addressOf(parent),
    issues: [issue],
    source: parent.source,
    ...optionsOf(parent),
    change: story.change ?? 'updated',
    changes,
    reply: { since, covers },
  };
}

/** The answer in a digest's thread that sums up what one scan changed of its issues. */
export function summary(parent: Parent & { ts: string }, stories: readonly Story[], scan: string): KeptCommand {
  const { organizationId, laneId, ts } = parent;
  const first = stories[0]?.issue;
  return withStories({
    commandId: idOf('summary', organizationId, laneId, ts, scan, first?.id ?? '', first?.revision ?? 0),
    ...addressOf(parent),
    issues: [],
    source: { kind: 'digest', of: 0, ...(parent.source.kind !== 'manual' && parent.source.kind !== 'test' && parent.source.workflowId !== undefined && { workflowId: parent.source.workflowId }) },
    ...optionsOf(parent),
    summary: { scan },
  }, stories);
}

/** The same answer, telling these as well: an issue that it names already stands where all that happened to it belongs, and nowhere when that was taken back. */
export function withStories(command: KeptCommand, stories: readonly Story[]): KeptCommand {
  const before = sectionsOf(command);
  const known = command.summary?.changes ?? {};
  const told = stories.map((story) => merged(before, known, story));
  const sections = before.map((section) => sectionWith(section, told)).filter(({ total }) => total > 0);
  const of = sections.reduce((sum, { total }) => sum + total, 0);
  return {
    ...command,
    digest: digestOf(sections, of),
    source: command.source.kind === 'digest' ? { ...command.source, of } : command.source,
    ...(command.summary && { summary: { ...command.summary, changes: changesOfNamed(sections, known, told) } }),
  };
}

interface Section {
  change: (typeof CHANGES)[number];
  total: number;
  /** Those of them that are named. */
  issues: readonly Issue[];
}

/** What a digest of changes tells, also of the kinds of change that there is none of. */
function sectionsOf({ digest }: KeptCommand): Section[] {
  return CHANGES.map((change) => {
    const section = digest?.sections.find(({ name }) => name === SECTIONS[change]);
    return { change, total: section?.total ?? 0, issues: section?.issues ?? [] };
  });
}

/** The story together with what was told of its issue before: no change when that was taken back. */
function merged(before: readonly Section[], known: Readonly<Record<string, readonly FieldChange[]>>, { issue, ...story }: Story): Pick<Story, 'issue' | 'change' | 'changes'> {
  const earlier = before.find(({ issues }) => issues.some(({ id }) => id === issue.id))?.change;
  const change = story.change && earlier ? mergeChange(earlier, story.change) : story.change;
  const changes = earlier ? mergeChanges(known[issue.id] ?? [], story.changes) : story.changes;
  return { issue, change: change === 'updated' && changes.length === 0 ? undefined : change, changes };
}

/** What changed of the issues that are named; those that are only counted are never told one by one. */
function changesOfNamed(sections: readonly Section[], known: Readonly<Record<string, readonly FieldChange[]>>, told: readonly Pick<Story, 'issue' | 'changes'>[]): Record<string, readonly FieldChange[]> {
  const named = new Set(sections.flatMap(({ issues }) => issues.map(({ id }) => id)));
  const all = { ...known, ...Object.fromEntries(told.map(({ issue, changes }) => [issue.id, changes])) };
  return Object.fromEntries(Object.entries(all).filter(([id]) => named.has(id)));
}

/** The section without the issues that are told anew, but for those that belong to it now. */
function sectionWith({ change, total, issues }: Section, told: readonly Pick<Story, 'issue' | 'change'>[]): Section {
  const others = issues.filter(({ id }) => !told.some(({ issue }) => issue.id === id));
  const own = told.filter((one) => one.change === change).map(({ issue }) => issue);
  return { change, total: total - issues.length + others.length + own.length, issues: [...others, ...own].slice(0, NAMED_IN_SECTION) };
}

function digestOf(sections: readonly Section[], of: number): DigestContent {
  return {
    kind: 'changes',
    title: of === 1 ? 'One of these issues changed' : `${of} of these issues changed`,
    totals: Object.fromEntries(sections.map(({ change, total }) => [change, total])),
    sections: sections.map(({ change, total, issues }) => ({ name: SECTIONS[change], total, issues: issues.map(lean) })),
  };
}

type Place = Pick<Parent, 'laneId' | 'destinationId'>;

/** The message that stands for an earlier one, with all that was said in that. */
export function inPlaceOf(original: KeptCommand, place: Place, issue: Issue, follows: NonNullable<MessageInput['follows']>): KeptCommand {
  return { ...saidAgain(original, place, issue, follows.reason), follows };
}

/** The message that was not sent while its issue was excluded: it tells what it was to tell then. */
export function afterAll(original: KeptCommand, place: Place, issue: Issue): KeptCommand {
  const { change } = original;
  return { ...saidAgain(original, place, issue, 'included'), ...(change !== undefined && { change }) };
}

function saidAgain({ commandId, organizationId, connectionId, comment, source, priority, options }: KeptCommand, { laneId, destinationId }: Place, issue: Issue, why: string): KeptCommand {
  return {
    commandId: idOf(why, organizationId, laneId, issue.id, issue.revision, commandId),
    organizationId,
    connectionId,
    destination: { id: destinationId },
    issues: [issue],
    source,
    ...(comment !== undefined && { comment }),
    ...(priority !== undefined && { priority }),
    ...(options && { options }),
  };
}

function addressOf({ organizationId, connectionId, destinationId }: Parent): Pick<SendToSlack, 'organizationId' | 'connectionId' | 'destination' | 'priority'> {
  return { organizationId, connectionId, destination: { id: destinationId }, priority: PRIORITY.digest };
}

function optionsOf({ options }: Parent): Pick<KeptCommand, 'options'> {
  return options ? { options } : {};
}

/** A digest names issues, it does not describe them. */
function lean(issue: Issue): Issue {
  const named = { ...issue };
  delete named.description;
  delete named.recommendation;
  return named;
}

/** Applies the decision how a claimed delivery is told, and carries what its lease has told already over to what follows in it. */
import { permalink } from '@tocsin/slack';

import type { Claim, ClaimedRow } from '../deliveries/claim.js';
import type { Outcome } from '../deliveries/delivery-result.js';
import type { ToRender } from '../deliveries/message-of-delivery.js';
import { suppressed, UNTOUCHED } from '../deliveries/outcome.js';
import { decideTelling, suppression, type Telling } from './telling.js';
import { traceOf, type KeptCommand, type Shown, type Told, type Trace } from './told.js';

/** The message in whose thread an answer goes. */
export interface Thread {
  channel: string;
  ts: string;
}

/** What a delivery's row says about how it is told. */
export type Tellable = Pick<ClaimedRow, 'delivery_id' | 'kind' | 'ambiguous' | 'replay_of' | 'parent_channel' | 'parent_ts' | 'told' | 'newest' | 'workspace_url' | 'created_at'> & { settled_at?: Date | null };

/** A message that is to go. */
export interface ToPost {
  /** With the issue as it is now. */
  shown: ToRender;
  /** Where it goes, unless it stands for itself. */
  thread: Thread | undefined;
  /** What it leaves behind when it arrives. */
  leaves: Trace | undefined;
}

const LATER_WAIT_MS = 5000;
/** How often a workflow's answer waits for a message that is being made anew. */
const THREAD_PATIENCE = 3;

/** @returns what to post, or what became of the delivery without a request */
export function tell(delivery: Tellable, command: KeptCommand): ToPost | { outcome: Outcome } {
  const telling = tellingOf(delivery, command);
  switch (telling.as) {
    case 'suppressed':
      return { outcome: suppressedAs(delivery, command, telling.code) };
    case 'later':
      return { outcome: waitForParent(0) };
    case 'reply': {
      const { channel, ts } = telling;
      const issue = toldBy(command);
      const shown = shownAs(delivery, command, telling);
      return { shown, thread: { channel, ts }, leaves: { kind: 'replied', channel, ts, ...(issue && { issue }), ...saidBy(shown, command) } };
    }
    case 'message': {
      const shown = shownAs(delivery, command, telling);
      const leaves = traceOf(shown.command);
      return { shown, thread: undefined, leaves: leaves && { ...leaves, ...saidBy(shown, command) } };
    }
  }
}

function saidBy(shown: ToRender, command: KeptCommand): { said?: KeptCommand } {
  return shown.command === command ? {} : { said: shown.command };
}

/** The issue and its revision up to which an answer says what changed; it may show a newer one. */
function toldBy({ digest, issues, reply }: KeptCommand): Shown | undefined {
  const [issue] = issues;
  if (digest !== undefined || issues.length !== 1 || issue === undefined) return undefined;
  return { id: issue.id, revision: reply ? Math.max(...reply.covers) : issue.revision };
}

function tellingOf({ delivery_id, replay_of, ambiguous, parent_channel, parent_ts, told, newest, workspace_url }: Tellable, command: KeptCommand): Telling {
  const parent = parent_channel !== null && parent_ts !== null ? { channel: parent_channel, ts: parent_ts } : undefined;
  return decideTelling({ deliveryId: delivery_id, command, isReplay: replay_of !== null, isAmbiguous: ambiguous > 0, parent, told: told ?? undefined, link: linkTo(told, workspace_url), newest: newest ?? undefined });
}

/** What waits, as it would be told at this moment. */
export function asTold(delivery: Tellable, command: KeptCommand): ToRender {
  const telling = tellingOf(delivery, command);
  return telling.as === 'message' || telling.as === 'reply' ? shownAs(delivery, command, telling) : { ...delivery, command };
}

/** What the attempt whose end nobody knows would have posted. */
export function asAttempted(delivery: Tellable, command: KeptCommand): ToRender {
  return { ...asTold(delivery, command), command, ambiguous: Math.max(0, delivery.ambiguous - 1) };
}

function shownAs({ kind, ambiguous, created_at, settled_at }: Tellable, command: KeptCommand, telling: Extract<Telling, { as: 'message' | 'reply' }>): ToRender {
  const { issue } = telling;
  const follows = telling.as === 'message' ? telling.follows : undefined;
  const shown = issue || follows ? { ...command, ...(issue && { issues: [issue] }), ...(follows && { follows }) } : command;
  if (issue) delete shown.asOf;
  return { command: shown, kind: telling.as === 'reply' ? 'reply' : kind, ambiguous, created_at, settled_at };
}

function suppressedAs({ told, workspace_url }: Tellable, command: KeptCommand, code: Parameters<typeof suppression>[0]): Outcome {
  const [issue] = command.issues;
  return { ...suppressed(suppression(code, linkTo(told, workspace_url), told ?? undefined)), ...((code === 'resolved_before_sent' || code === 'excluded_before_sent') && issue && { trace: { kind: 'collapsed' as const, issue: { id: issue.id, revision: issue.revision } } }) };
}

function linkTo(told: Told | null, workspaceUrl: string | null): string | undefined {
  return told && told.channel !== null && told.ts !== null && workspaceUrl !== null ? permalink(workspaceUrl, told.channel, told.ts) : undefined;
}

/** Only it waits; its destination goes on. */
function waitForParent(charge: 0 | 1): Outcome {
  const reason = 'the message in whose thread it goes is being made anew';
  return { ...UNTOUCHED, charge, messageWaitMs: LATER_WAIT_MS, waitingFor: { reason, until: new Date(Date.now() + LATER_WAIT_MS).toISOString() }, story: { kind: 'waiting', text: `It waits: ${reason}` } };
}

/** Somebody deleted the message. @returns undefined when it is to be judged as any refusal */
export function withoutThread({ attempts }: Pick<ClaimedRow, 'attempts'>, { reply, summary }: KeptCommand): Outcome | undefined {
  if (reply || summary) return suppressed(suppression('retracted', undefined));
  return attempts < THREAD_PATIENCE ? { ...waitForParent(1), asked: true } : undefined;
}

/** What a post that may have arrived leaves behind; an answer only when it did. */
export function traced(outcome: Outcome, leaves: Trace | undefined, wasPlainText: boolean): Outcome {
  if (!leaves || !(outcome.state === 'posted' || (outcome.state === 'unconfirmed' && leaves.kind !== 'replied'))) return outcome;
  return { trace: leaves.kind === 'told' && wasPlainText ? { ...leaves, wasPlainText } : leaves, ...outcome };
}

/** Several messages of a lease: the later ones were claimed before the earlier ones were told. */
export function carryOver(later: readonly Claim[], { deliveryId }: Claim, { trace, channel, ts }: Outcome): void {
  if (!trace || (trace.kind === 'told' && trace.inDigest)) return;
  const issue = trace.kind === 'told' ? trace.issues[0] : trace.issue;
  for (const { delivery } of later) {
    if (issue === undefined || delivery.issue_ids.length !== 1 || delivery.issue_ids[0] !== issue.id) continue;
    if (trace.kind === 'replied' && delivery.told) delivery.told = { ...delivery.told, repliedRevision: Math.max(delivery.told.repliedRevision, issue.revision) };
    if (trace.kind !== 'replied' && takesOver(trace, delivery.told)) delivery.told = { ...NOTHING_TOLD, deliveryId, ...(trace.kind === 'collapsed' ? { collapsed: true } : { channel: channel ?? null, ts: ts ?? null, living: trace.living, unconfirmed: ts === undefined, comment: trace.comment ?? null, repliedRevision: knownAfter(issue, deliveryId, delivery.told) }) };
  }
}

/** As where it is recorded: that nothing was told makes nobody forget what was, or may have been. */
function takesOver({ kind }: Trace, told: Told | null): boolean {
  if (!told) return true;
  return kind === 'collapsed' ? told.ts === null && !told.unconfirmed : told.ts === null || told.inDigest || told.outdated;
}

/** As where it is recorded: what a message shows need not be told in its thread, unless it stands for another one. */
function knownAfter({ revision }: Shown, deliveryId: string, told: Told | null): number {
  const isInPlace = told?.outdated === true || (told?.deliveryId === deliveryId && !told.collapsed);
  return isInPlace ? told.repliedRevision : revision;
}

const NOTHING_TOLD: Omit<Told, 'deliveryId'> = { channel: null, ts: null, inDigest: false, living: true, outdated: false, unconfirmed: false, collapsed: false, comment: null, repliedRevision: 0 };

/** Applies the decision how a claimed delivery is told, and carries what its lease has told already over to what follows in it. */
import { permalink } from '@tocsin/slack';

import type { Claim, ClaimedRow } from '../deliveries/claim.js';
import type { Outcome } from '../deliveries/delivery-result.js';
import { suppressed, UNTOUCHED } from '../deliveries/outcome.js';
import { decideTelling, suppression, type Telling } from './telling.js';
import { traceOf, type KeptCommand, type Told } from './told.js';

export interface Thread {
  channel: string;
  ts: string;
  /** The issue and its revision up to which the answer says what changed; it may show a newer one. */
  tells: { id: string; revision: number } | undefined;
}

const LATER_WAIT_MS = 5000;
/** How often a workflow's answer waits for a message that is being made anew. */
const THREAD_PATIENCE = 3;

/** @returns the claim with the issue as it is now and the thread that it goes to, or what became of it without a request */
export function tell(claim: Claim): { claim: Claim; thread?: Thread } | { outcome: Outcome } {
  const { delivery } = claim;
  const telling = tellingOf(delivery);
  switch (telling.as) {
    case 'suppressed':
      return { outcome: suppressedAs(delivery, telling.code) };
    case 'later':
      return { outcome: waitForParent(0) };
    case 'reply':
      return { claim: shown(claim, telling), thread: { channel: telling.channel, ts: telling.ts, tells: toldBy(delivery.command) } };
    case 'message':
      return { claim: shown(claim, telling) };
  }
}

function toldBy({ digest, issues, reply }: KeptCommand): Thread['tells'] {
  const [issue] = issues;
  if (digest !== undefined || issues.length !== 1 || issue === undefined) return undefined;
  return { id: issue.id, revision: reply ? Math.max(...reply.covers) : issue.revision };
}

function tellingOf({ delivery_id, command, replay_of, ambiguous, parent_channel, parent_ts, told, newest }: ClaimedRow): Telling {
  const parent = parent_channel !== null && parent_ts !== null ? { channel: parent_channel, ts: parent_ts } : undefined;
  return decideTelling({ deliveryId: delivery_id, command, isReplay: replay_of !== null, isAmbiguous: ambiguous > 0, parent, told: told ?? undefined, newest: newest ?? undefined });
}

/** What waits, as it would be told at this moment. */
export function asTold(delivery: ClaimedRow): ClaimedRow {
  const telling = tellingOf(delivery);
  return telling.as === 'message' || telling.as === 'reply' ? shownIn(delivery, telling) : delivery;
}

type Shown = Extract<Telling, { as: 'message' | 'reply' }>;

function shown(claim: Claim, telling: Shown): Claim {
  return { ...claim, delivery: shownIn(claim.delivery, telling) };
}

function shownIn(delivery: ClaimedRow, telling: Shown): ClaimedRow {
  const { issue } = telling;
  const follows = telling.as === 'message' ? telling.follows : undefined;
  if (!issue && !follows && telling.as === 'message') return delivery;
  const command = { ...delivery.command, ...(issue && { issues: [issue] }), ...(follows && { follows }) };
  return { ...delivery, command, ...(telling.as === 'reply' && { kind: 'reply' as const }) };
}

function suppressedAs({ command, told, workspace_url }: ClaimedRow, code: Parameters<typeof suppression>[0]): Outcome {
  const link = told && told.channel !== null && told.ts !== null && workspace_url !== null ? permalink(workspace_url, told.channel, told.ts) : undefined;
  const [issue] = command.issues;
  return { ...suppressed(suppression(code, link)), ...(code === 'resolved_before_sent' && issue && { trace: { kind: 'collapsed' as const, issue: { id: issue.id, revision: issue.revision } } }) };
}

/** Only it waits; its destination goes on. */
function waitForParent(charge: 0 | 1): Outcome {
  const reason = 'the message in whose thread it goes is being made anew';
  return { ...UNTOUCHED, charge, messageWaitMs: LATER_WAIT_MS, waitingFor: { reason, until: new Date(Date.now() + LATER_WAIT_MS).toISOString() }, story: { kind: 'waiting', text: `It waits: ${reason}` } };
}

/** Somebody deleted the message. @returns undefined when it is to be judged as any refusal */
export function withoutThread({ delivery }: Claim): Outcome | undefined {
  if (delivery.command.reply || delivery.command.summary) return suppressed(suppression('retracted', undefined));
  return delivery.attempts < THREAD_PATIENCE ? { ...waitForParent(1), asked: true } : undefined;
}

/** What a post leaves behind. @param thread where it went */
export function traced(outcome: Outcome, { claim, thread }: { claim: Claim; thread?: Thread }, wasPlainText: boolean): Outcome {
  if (outcome.state !== 'posted' && outcome.state !== 'unconfirmed') return outcome;
  if (thread) {
    const { channel, ts, tells } = thread;
    return outcome.state === 'posted' ? { trace: { kind: 'replied', channel, ts, ...(tells && { issue: tells }) }, ...outcome } : outcome;
  }
  const trace = traceOf({ command: claim.delivery.command, wasPlainText });
  return trace ? { trace, ...outcome } : outcome;
}

/** Several messages of a lease: the later ones were claimed before the earlier ones were told. */
export function carryOver(later: readonly Claim[], { deliveryId }: Claim, { trace, channel, ts }: Outcome): void {
  if (!trace || (trace.kind === 'told' && trace.inDigest)) return;
  const issue = trace.kind === 'told' ? trace.issues[0] : trace.issue;
  for (const { delivery } of later) {
    if (issue === undefined || delivery.issue_ids.length !== 1 || delivery.issue_ids[0] !== issue.id) continue;
    if (trace.kind === 'replied' && delivery.told) delivery.told = { ...delivery.told, repliedRevision: Math.max(delivery.told.repliedRevision, issue.revision) };
    const isFirst = !delivery.told || delivery.told.ts === null || delivery.told.inDigest;
    if (trace.kind !== 'replied' && isFirst) delivery.told = { ...NOTHING_TOLD, deliveryId, ...(trace.kind === 'collapsed' ? { collapsed: true } : { channel: channel ?? null, ts: ts ?? null, living: trace.living, unconfirmed: ts === undefined, comment: trace.comment ?? null }) };
  }
}

const NOTHING_TOLD: Omit<Told, 'deliveryId'> = { channel: null, ts: null, inDigest: false, living: true, unconfirmed: false, collapsed: false, comment: null, repliedRevision: 0 };

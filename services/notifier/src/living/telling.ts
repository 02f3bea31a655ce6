/**
 * How a delivery is told where its issue may have been told before: as a message, as an answer in the thread of the first
 * one, or not at all. Decided when it is about to be posted, by what is known then; nothing is looked up.
 */
import type { DeliveryError, Issue, MessageInput } from '@tocsin/domain';

import type { KeptCommand, Told } from './told.js';

export interface ToTell {
  deliveryId: string;
  command: KeptCommand;
  /** A person asked for it again. */
  isReplay: boolean;
  /** An earlier attempt may have arrived. */
  isAmbiguous: boolean;
  /** The thread that it was made for. */
  parent: { channel: string; ts: string } | undefined;
  told: Told | undefined;
  /** To what was told. */
  link: string | undefined;
  /** The newest that was heard of its one issue. */
  newest: Issue | undefined;
}

type SuppressionCode = 'already_told' | 'resolved_before_sent' | 'excluded_before_sent' | 'changed_back' | 'retracted';

export type Telling =
  | { as: 'message'; issue?: Issue; follows?: NonNullable<MessageInput['follows']> }
  | { as: 'reply'; channel: string; ts: string; issue?: Issue }
  | { as: 'suppressed'; code: SuppressionCode }
  /** The message whose thread it belongs to is being made anew. */
  | { as: 'later' };

export function decideTelling(given: ToTell): Telling {
  const { command, parent, newest } = given;
  const own = command.digest === undefined && command.issues.length === 1 ? command.issues[0] : undefined;
  if (command.summary && command.digest?.sections.length === 0 && !given.isReplay) return { as: 'suppressed', code: 'changed_back' };
  if (!own) return parent ? { as: 'reply', ...parent } : { as: 'message' };
  const issue = newest && newest.revision > own.revision ? newest : own;
  const newer = issue === own ? {} : { issue };
  if (command.reply) return ownReply(given, newer);
  if (command.source.kind !== 'workflow' || given.isReplay) return byChoice(given, newer);
  if (wasResolvedMeanwhile(given, own, issue)) return { as: 'suppressed', code: 'resolved_before_sent' };
  if (wasExcludedMeanwhile(given, own, issue)) return { as: 'suppressed', code: 'excluded_before_sent' };
  return ofWorkflow(given, own, newer);
}

/** What notifier answers by itself: only what the thread does not say yet. */
function ownReply({ command, told, parent, isReplay }: ToTell, newer: { issue?: Issue }): Telling {
  if (!told && parent && !isReplay) return { as: 'suppressed', code: 'retracted' };
  if (!told) return parent ? { as: 'reply', ...parent, ...newer } : { as: 'message', ...newer };
  if (told.channel === null || told.ts === null) return { as: 'later' };
  if (!isReplay && told.repliedRevision >= Math.max(...(command.reply?.covers ?? [0]))) return { as: 'suppressed', code: 'already_told' };
  if (!isReplay && isUndone(command)) return { as: 'suppressed', code: 'changed_back' };
  return { as: 'reply', channel: told.channel, ts: told.ts, ...newer };
}

/** What it was to tell was taken back while it waited. */
function isUndone({ change, changes }: KeptCommand): boolean {
  return change === 'updated' && changes?.length === 0;
}

/** A person wants it there: it is always sent, what was an answer as an answer. */
function byChoice({ deliveryId, told, parent }: ToTell, newer: { issue?: Issue }): Telling {
  if (parent) return { as: 'reply', channel: told?.channel ?? parent.channel, ts: told?.ts ?? parent.ts, ...newer };
  return { as: 'message', ...newer, ...(told?.unconfirmed === true && told.deliveryId !== deliveryId && UNCONFIRMED) };
}

const UNCONFIRMED = { follows: { reason: 'unconfirmed' } } as const;

/** It was to tell of an open issue, or that one is resolved of which nothing was told. */
function wasResolvedMeanwhile({ command, told, isAmbiguous }: ToTell, own: Issue, issue: Issue): boolean {
  if (isAmbiguous) return false;
  if (command.change !== 'resolved') return own.status === 'open' && issue.status === 'resolved';
  return told?.collapsed === true && told.ts === null;
}

/**
 * Where nothing is told of it, nothing is told of what was dismissed. Looked at only now: unlike what is resolved and back,
 * what is excluded no more is nothing new to a workflow, so that a message that ended earlier would be missed.
 */
function wasExcludedMeanwhile({ command, told, isAmbiguous }: ToTell, own: Issue, issue: Issue): boolean {
  if (isAmbiguous || issue.status !== 'excluded' || told?.collapsed === false) return false;
  return told !== undefined || (command.was?.status ?? own.status) === 'open';
}

function ofWorkflow(given: ToTell, own: Issue, newer: { issue?: Issue }): Telling {
  const { deliveryId, told, command } = given;
  if (!told || told.collapsed || told.deliveryId === deliveryId) return { as: 'message', ...newer };
  if (told.unconfirmed) return { as: 'message', ...newer, ...UNCONFIRMED };
  const saysMore = (command.comment ?? '') !== (told.comment ?? '');
  const isChange = command.change !== undefined && command.change !== 'new';
  if (!isChange && told.outdated) return inItsPlace(given, newer);
  if (!isChange) return saysMore ? { as: 'message', ...newer } : { as: 'suppressed', code: 'already_told' };
  if (told.channel === null || told.ts === null) return { as: 'later' };
  if (told.inDigest || !told.living) return { as: 'message', ...newer };
  const adds = saysMore || command.options?.mention !== undefined || command.options?.broadcast === true;
  if (isUndone(command)) return { as: 'suppressed', code: 'changed_back' };
  const isKnown = told.repliedRevision >= (command.tells ?? own.revision);
  const isShown = command.options?.thread === false;
  if (isShown && told.outdated && !isKnown) return inItsPlace(given, newer);
  if ((isKnown || isShown) && !adds) return { as: 'suppressed', code: 'already_told' };
  return { as: 'reply', channel: told.channel, ts: told.ts, ...newer };
}

/** The message that is there cannot say it. Whether this one may is for the leak guard to say. */
function inItsPlace({ link }: ToTell, newer: { issue?: Issue }): Telling {
  return { as: 'message', ...newer, follows: { reason: 'replaced', ...(link !== undefined && { link }) } };
}

/** @param link to the message that told it @param told that message */
export function suppression(code: SuppressionCode, link: string | undefined, told?: Told): DeliveryError {
  switch (code) {
    case 'already_told':
      return { code, message: `It is told in this destination already${link === undefined ? '' : `: ${link}`}.`, remedy: howItIsFollowed(told) };
    case 'resolved_before_sent':
      return { code, message: 'It was resolved before it was told.', remedy: 'Nothing has to be done. Replay it if people should know of it all the same.' };
    case 'excluded_before_sent':
      return { code, message: 'It was excluded before it was told.', remedy: 'Nothing has to be done. Replay it if people should know of it all the same.' };
    case 'changed_back':
      return { code, message: 'What had changed was as before again when it was about to be told.', remedy: 'Nothing has to be done.' };
    case 'retracted':
      return { code, message: 'The message in whose thread it belongs was taken back.', remedy: 'Nothing has to be done.' };
  }
}

function howItIsFollowed(told: Told | undefined): string {
  if (told?.living !== true) return 'Nothing has to be done. Replay it if it is to be told once more.';
  if (told.inDigest || told.outdated) return 'Nothing has to be done: the thread of the message that is there tells what changes.';
  return 'Nothing has to be done: the message that is there is kept up to date.';
}

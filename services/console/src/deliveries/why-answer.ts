/** Why somebody did or did not get a message about an issue, in words: what the newest delivery says, else where to look next. */
import type { Connection, Delivery, Pause } from '@tocsin/contracts';
import type { Issue } from '@tocsin/domain';

import type { FoundDestination } from '../api/destinations.js';
import { counted, destinationName } from './delivery-words.js';

/** The organization has no such issue. */
export const NO_ISSUE = 'none';

export interface WhyFacts {
  /** Undefined where it could not be asked for. */
  issue: Pick<Issue, 'status' | 'title'> | typeof NO_ISSUE | undefined;
  /** As people call it. */
  to: string;
  destination: Pick<FoundDestination, 'isArchived' | 'canPost' | 'hint'> | undefined;
  connection: Pick<Connection, 'paused' | 'health'> | undefined;
  /** About the issue to this destination, newest first. */
  here: readonly Delivery[];
  /** About the issue to others. */
  elsewhere: readonly Delivery[];
  pauses: readonly Pause[];
}

export interface WhyAnswer {
  good: boolean;
  headline: string;
  /** What to look at next, the likeliest first. */
  next: string[];
}

export function whyAnswer(facts: WhyFacts): WhyAnswer {
  const [newest, ...earlier] = facts.here;
  if (facts.issue === NO_ISSUE && !newest && facts.elsewhere.length === 0) return noIssue();
  if (!newest) return { good: false, headline: `Nothing was ever sent about this issue to ${facts.to}.`, next: [...obstacles(facts), ...whereElse(facts)] };
  const posted = earlier.find(({ state }) => state === 'posted');
  return {
    good: newest.state === 'posted',
    headline: headlineOf(newest, facts.to),
    next: [
      ...(newest.state === 'posted' ? [] : [newest.error?.remedy, posted && 'An earlier message about it was posted: it is in the list below.']),
      ...(newest.state === 'waiting' ? obstacles(facts, newest) : []),
    ].filter((text) => text !== undefined),
  };
}

function noIssue(): WhyAnswer {
  return {
    good: false,
    headline: 'There is no such issue in your organization.',
    next: [
      'Find it above by its title, CVE or rule.',
      'If a link brought you here, it may be cut off, or be of another organization: look which one you are signed in to.',
      'If the issue should be here, its report or event may not have arrived: ask whoever runs the scanner for the receipt, and look at the dead letters under Problems.',
    ],
  };
}

function headlineOf({ state, error, waitingFor, digestId }: Delivery, to: string): string {
  const reason = error?.message ?? '';
  switch (state) {
    case 'posted':
      return digestId === undefined ? `It was posted to ${to}.` : `It was posted to ${to}, inside a digest of several messages.`;
    case 'waiting':
      return `It waits for ${to}: ${waitingFor?.reason ?? 'its turn'}.`;
    case 'accepted':
      return `It was accepted for ${to} and has not reached the line yet.`;
    case 'posting':
      return `It is with Slack at this moment.`;
    case 'failed':
      return `Slack refused it for ${to}. ${reason}`;
    case 'dead':
      return `It was given up. ${reason}`;
    case 'suppressed':
      return `It was not sent to ${to} on purpose. ${reason}`;
    case 'unconfirmed':
      return `Slack may or may not have it: look into ${to}. ${reason}`;
  }
}

/** What would hold up or refuse a message there now, or this one: the pause of a workflow keeps no other's message. */
function obstacles({ destination, connection, pauses, to }: WhyFacts, waiting?: Delivery): string[] {
  const paused = pauses.filter(({ workflowId }) => workflowId === undefined || workflowId === workflowOf(waiting)).map(({ workflowId, pausedBy }) => `${workflowId === undefined ? 'All sending' : `Workflow ${workflowId}`} is paused by ${pausedBy}.`);
  return [
    ...paused,
    ...(connection?.paused === true ? ['The connection to the workspace is paused: see Connectors.'] : []),
    ...(connection && connection.health.state !== 'connected' ? [`The connection to the workspace needs attention: ${connection.health.reason ?? 'see Connectors'}.`] : []),
    ...(destination?.isArchived === true ? [`${to} is archived: Slack takes no messages there.`] : []),
    ...(destination && !destination.canPost && !destination.isArchived ? [`The app cannot post to ${to}. ${destination.hint ?? ''}`.trim()] : []),
  ];
}

function workflowOf(delivery: Delivery | undefined): string | undefined {
  return delivery && 'workflowId' in delivery.source ? delivery.source.workflowId : undefined;
}

function whereElse({ elsewhere, issue, to }: WhyFacts): string[] {
  const places = [...new Set(elsewhere.map(destinationName))];
  return [
    ...(places.length > 0 ? [`${counted(elsewhere.length, 'delivery')} about it ${elsewhere.length === 1 ? 'was' : 'were'} for ${places.slice(0, 3).join(', ')}${places.length > 3 ? ' and others' : ''} instead: see below.`] : []),
    ...(issue && issue !== NO_ISSUE && issue.status !== 'open' ? [`The issue is ${issue.status} now. Was it open when you expected the message?`] : []),
    places.length > 0 ? `Look at the conditions and the destination of the workflow that should have sent it to ${to}.` : 'No workflow has matched it and nobody has sent it by hand. Look at the conditions of the workflow that should have, or send it from the issue.',
    'A message that could not be read never became a delivery: look at the dead letters under Problems.',
    'Deliveries are kept for a limited time after their end; an older one can no longer be found here.',
  ];
}

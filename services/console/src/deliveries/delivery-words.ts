/** What the console says about a delivery, in words for people. */
import type { Delivery } from '@tocsin/contracts';
import { cleanLine, type DeliverySource, type DeliveryState } from '@tocsin/domain';

const STATES: Record<DeliveryState, string> = {
  accepted: 'Accepted',
  waiting: 'Waiting',
  posting: 'Posting',
  posted: 'Posted',
  failed: 'Failed',
  dead: 'Dead',
  suppressed: 'Suppressed',
  unconfirmed: 'Unconfirmed',
};

export function stateWord(state: DeliveryState): string {
  return STATES[state];
}

/** What each state means, for whoever reads it the first time. */
const MEANINGS: Record<DeliveryState, string> = {
  accepted: 'Promised, and on its way into the line.',
  waiting: 'In line for its destination.',
  posting: 'With Slack at this moment.',
  posted: 'Slack has it.',
  failed: 'Slack refused it for good.',
  dead: 'Given up, or its time ran out.',
  suppressed: 'Not sent on purpose, or cancelled.',
  unconfirmed: 'Slack may or may not have it; a person decides.',
};

export function stateMeaning(state: DeliveryState): string {
  return MEANINGS[state];
}

const LETTER_REASONS: ReadonlyMap<string, string> = new Map([
  ['unreadable', 'cannot be read'],
  ['invalid_event', 'no valid CloudEvent'],
  ['invalid_data', 'data not valid'],
  ['unknown_version', 'a version that is not known'],
  ['wrong_type', 'in the wrong queue'],
  ['wrong_organization', 'no organization, or two'],
  ['no_organization', 'no organization'],
  ['too_large', 'too large'],
  ['foreign_connection', 'a connection of another organization'],
  ['attempts_exhausted', 'failed at every attempt'],
  ['delivery_limit', 'delivered too often'],
  ['expired', 'its time ran out'],
  ['rejected', 'refused by its service'],
  ['maxlen', 'the queue was full'],
  ['unroutable', 'nobody hears it'],
  ['refused', 'refused by the broker'],
]);

/** Why a message between services died; the code itself where a service knows more reasons than the console. */
export function letterReason(code: string): string {
  return LETTER_REASONS.get(code) ?? code;
}

/** The destination's name as people know it, else its id. Whoever named it cannot turn the text around it. */
export function destinationName({ destination: { name, id, kind } }: Pick<Delivery, 'destination'>): string {
  const clean = cleanLine(name ?? '');
  const bare = clean.replace(/^[#@]/, '');
  if (bare === '') return id ?? 'not resolved yet';
  return kind === 'user' ? `@${bare}` : kind === 'channel' ? `#${bare}` : clean;
}

/** What it tells: the title of its one issue, or how many there are. */
export function titleOf({ title, issueCount, source }: Pick<Delivery, 'title' | 'issueCount' | 'source'>): string {
  if (source.kind === 'digest') return `Digest: ${counted(issueCount, 'issue')}`;
  if (issueCount > 1) return counted(issueCount, 'issue');
  return title ?? (source.kind === 'test' ? 'Test message' : issueCount === 1 ? '1 issue' : 'Message');
}

const SOURCE_KINDS: Record<DeliverySource['kind'], string> = { manual: 'By hand', workflow: 'Workflow', digest: 'Digest', test: 'Test message' };

export function sourceKindWord(kind: DeliverySource['kind']): string {
  return SOURCE_KINDS[kind];
}

export function sourceWord({ source }: Pick<Delivery, 'source'>): string {
  switch (source.kind) {
    case 'manual':
      return `By hand: ${source.user}`;
    case 'workflow':
      return `Workflow ${source.workflowId}`;
    case 'digest':
      return `Digest of ${source.of}`;
    case 'test':
      return `Test: ${source.user}`;
  }
}

/** Who or what wanted it sent, as the timeline says it. */
export function matchedBy({ source }: Pick<Delivery, 'source'>): string {
  switch (source.kind) {
    case 'manual':
      return `${source.user}, by hand`;
    case 'workflow':
      return `Workflow ${source.workflowId}, version ${source.version}, step ${source.stepId}`;
    case 'digest':
      return `${counted(source.of, 'issue')} as one message, so that nobody waits for them one by one${source.workflowId === undefined ? '' : `, of workflow ${source.workflowId}`}`;
    case 'test':
      return `${source.user}, as a test`;
  }
}

/** Smaller goes first. */
export function priorityWord(priority: number): string {
  if (priority <= 0) return 'By hand: first in line';
  if (priority <= 2) return 'Critical';
  if (priority <= 5) return 'Workflow';
  return priority <= 7 ? 'Digest' : 'Back-fill: last in line';
}

/** `1 issue`, `3,201 issues`, `2 deliveries`. */
export function counted(count: number, noun: string): string {
  const many = noun.endsWith('y') ? `${noun.slice(0, -1)}ies` : `${noun}s`;
  return `${count.toLocaleString('en')} ${count === 1 ? noun : many}`;
}

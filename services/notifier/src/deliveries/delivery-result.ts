/** What became of a claimed delivery, as finish_deliveries takes it. */
import type { DeliveryError, DeliveryState } from '@tocsin/domain';

import type { Hold } from '../connections/connection.repository.js';
import type { Trace } from '../living/told.js';
import type { Claim, ClaimedRow } from './claim.js';

export interface Outcome {
  state: Extract<DeliveryState, 'posted' | 'failed' | 'dead' | 'suppressed' | 'unconfirmed' | 'waiting'>;
  /** Counts against the number of attempts. */
  charge: 0 | 1;
  /** The request may have been carried out without our knowing. */
  ambiguous: 0 | 1;
  /** The whole lane waits this long, beyond its pacing. */
  laneWaitMs: number;
  /** Only this message waits; the lane goes on. */
  messageWaitMs?: number;
  /** Every lane of the workspace waits. */
  workspaceWaitMs?: number;
  /** Slack refused the connection's credential: its lanes sleep until connector says that it is good again. */
  hold?: Hold;
  rateLimited: boolean;
  /** Slack was asked, so the lane is paced. */
  asked: boolean;
  /** Slack was asked and did not answer as itself: what the breakers look at. */
  unanswered?: boolean;
  waitingFor?: { reason: string; until?: string };
  error?: DeliveryError;
  channel?: string;
  ts?: string;
  /** What it leaves behind for the messages after it. */
  trace?: Trace;
  /** The line in the timeline; none for what was put back untouched. */
  story?: { kind: string; text: string; slack?: object };
}

export interface DeliveryResult extends Outcome {
  organizationId: string;
  deliveryId: string;
  laneId: string;
  leaseId: string;
  attempt: number;
  connectionId: string;
  /** The lane goes back with this result. */
  last: boolean;
  /** It was the one that found out whether Slack answers again; the probe of a holder that died is over. */
  isProbe: boolean;
  /** As it was claimed. */
  delivery: ClaimedRow;
}

/** @returns what became of the claim, with what proves that it was the holder’s */
export function resultOf({ organizationId, deliveryId, laneId, leaseId, attempt, delivery, isLast, isProbe, leftover }: Claim, outcome: Outcome): DeliveryResult {
  return { organizationId, deliveryId, laneId, leaseId, attempt, connectionId: delivery.connection_id, last: isLast, isProbe: isProbe && !leftover, delivery, ...outcome };
}

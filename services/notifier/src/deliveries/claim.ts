/** What a process may send until a lease ends. */
import type { Issue } from '@tocsin/domain';

import type { Told } from '../living/told.js';
import type { DeliveryRow } from './delivery-view.js';

/** The row of a claimed delivery, with what deciding about it needs. */
export interface ClaimedRow extends DeliveryRow {
  said_at: Date;
  fail_streak: number;
  /** Its destination needs attention, as far as is known. */
  troubled: boolean;
  /** The thread that it was made for. */
  parent_channel: string | null;
  parent_ts: string | null;
  /** What its destination was told of its one issue. */
  told: Told | null;
  /** The newest that was heard of its one issue lately. */
  newest: Issue | null;
}

/** A delivery that this process may send until the lease of its lane ends. */
export interface Claim {
  organizationId: string;
  deliveryId: string;
  laneId: string;
  leaseId: string;
  attempt: number;
  /** A request of an earlier holder was started and its end is unknown: it must not simply be sent again. */
  leftover: boolean;
  /** A breaker is open: this one finds out whether Slack answers again, and an unknown end is not held against it. */
  isProbe: boolean;
  /** Its result gives the lane back. */
  isLast: boolean;
  delivery: ClaimedRow;
}

/** The lease of a lane: deliveries to send one after the other, or a backlog to fold first. */
export interface LaneClaim {
  organizationId: string;
  connectionId: string;
  laneId: string;
  leaseId: string;
  /** What waits in it is to be folded first; nothing is claimed. */
  isToFold: boolean;
  /** In their order. */
  claims: readonly Claim[];
}

/** What a process may send until a lease ends. */
import type { DeliveryRow } from './delivery-view.js';

/** The row of a claimed delivery, with what deciding about it needs. */
export type ClaimedRow = DeliveryRow & { said_at: Date; fail_streak: number };

/** A delivery that this process may send until the lease of its lane ends. */
export interface Claim {
  organizationId: string;
  deliveryId: string;
  laneId: string;
  leaseId: string;
  attempt: number;
  /** A request of an earlier holder was started and its end is unknown: it must not simply be sent again. */
  leftover: boolean;
  delivery: ClaimedRow;
}

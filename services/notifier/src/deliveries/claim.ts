/** What a process may send until a lease ends. */
import type { Issue } from '@tocsin/domain';

import type { KeptCommand, Told } from '../living/told.js';
import { headOf, type CommandHead, type DeliveryRow, type Standing } from './delivery-view.js';

/** A claimed delivery, with what deciding about it needs. */
export interface ClaimedRow extends Standing, Pick<DeliveryRow, 'lane_id' | 'kind' | 'attempts' | 'ambiguous' | 'slack_channel' | 'slack_ts'> {
  /** The event that brought its command, as JSON: hundreds wait in their leases, and each is read when its turn comes. */
  event: Buffer;
  /** What is kept in memory of its command once it was read. */
  head?: CommandHead;
  said_at: Date;
  /** By the clock of the database, as all that it is compared with. */
  claimed_at: Date;
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

/** What the ledger has of a claimed delivery that is of use. Hundreds are held, and each value costs. */
export const OWN_COLUMNS_OF_CLAIMED = [
  'organization_id', 'delivery_id', 'lane_id', 'connection_id', 'kind', 'priority', 'attempts', 'ambiguous', 'issue_ids', 'destination_id', 'destination_kind', 'slack_channel', 'slack_ts',
  'digest_id', 'replay_of', 'created_at', 'event', 'said_at', 'claimed_at', 'parent_channel', 'parent_ts',
];

/** Everything that stands in {@link ClaimedRow}. Named one by one: a connection's prepared statement must outlive the migration that adds another. */
export const CLAIMED_COLUMNS = [...OWN_COLUMNS_OF_CLAIMED, 'destination_name', 'workspace_url', 'fail_streak', 'troubled', 'told', 'newest'].join(', ');

/** Reads what a claimed delivery is to tell. Whoever waits for something should not hold it meanwhile: it can be read again. */
export function commandOf(delivery: ClaimedRow): KeptCommand {
  const { data } = JSON.parse(delivery.event.toString()) as { data: KeptCommand };
  delivery.head ??= headOf(data);
  return data;
}

/** What names a delivery in lists and events. */
export function headOfClaimed(delivery: ClaimedRow): CommandHead {
  return delivery.head ?? headOf(commandOf(delivery));
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

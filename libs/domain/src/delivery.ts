/** The life of one command: accepted → waiting → posting → posted, or one of the other ends. */

export const DELIVERY_STATES = ['accepted', 'waiting', 'posting', 'posted', 'failed', 'dead', 'suppressed', 'unconfirmed'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** States of what is on its way. */
export const UNDER_WAY_STATES: readonly DeliveryState[] = ['accepted', 'waiting', 'posting'];

/** States that nothing leaves by itself. */
export const SETTLED_STATES: readonly DeliveryState[] = ['posted', 'failed', 'dead', 'suppressed', 'unconfirmed'];

/** Smaller goes first inside a destination. */
export const PRIORITY = { manual: 0, critical: 2, workflow: 5, digest: 7, backfill: 9 } as const;

export type DeliverySource =
  | { kind: 'manual'; user: string }
  | { kind: 'workflow'; workflowId: string; version: number; stepId: string }
  | { kind: 'digest'; workflowId?: string; of: number }
  | { kind: 'test'; user: string };

export const DELIVERY_SOURCES = ['manual', 'workflow', 'digest', 'test'] as const satisfies readonly DeliverySource['kind'][];

export interface MentionOptions {
  owner?: boolean;
  people?: string[];
  groups?: string[];
  fromSeverity?: string;
}

export interface MessageOptions {
  /** Keep the first message about the issue up to date in place. */
  living?: boolean;
  thread?: boolean;
  broadcast?: boolean;
  mention?: MentionOptions;
}

/** A reason that a person can act on. */
export interface DeliveryError {
  code: string;
  message: string;
  remedy: string;
}

/** A command that comes in, and what is kept of it: made of it once, so that neither PostgreSQL nor a batch that waits has to read it. */
import type { SendToSlack } from '@tocsin/contracts';
import { destinationKey, kindOfDestinationId, PRIORITY, type Issue } from '@tocsin/domain';

import { foldKeyOf } from './fold-key.js';
import { issueIdsOf } from './issues-of.js';

export interface Arrival {
  command: SendToSlack;
  /** When its producer said it: CloudEvents `time`. */
  saidAt: Date;
  /** The event whose data the command is, as JSON: it is kept as it came. */
  json?: Buffer;
  replayOf?: string;
  /** The person behind a `D…` destination, whose lane it shares. */
  person?: string;
  /** What it is to its reader; a message unless said otherwise. */
  kind?: 'message' | 'reply' | 'digest';
  /** The message in whose thread it goes. */
  parent?: { channel: string; ts: string };
  /** It is not sent before this time has passed. */
  waitMs?: number;
}

/** An arrival as it is kept: what is asked of it, and the event that is never read for that. Both as bytes, which lie beside the heap while their batch is waited for. */
export interface ArrivalRow {
  lane: Lane;
  /** JSON of what is kept of it beside the command. */
  facts: Buffer;
  /** JSON of an event whose data the command is. */
  event: Buffer;
}

/** Where it waits. */
export interface Lane {
  organizationId: string;
  connectionId: string;
  destinationKey: string;
  provisional: boolean;
}

/** What is kept of an arrival, made when it comes in: the command itself need not be held while its batch is waited for. */
export function arrivalRow({ command, saidAt, json, replayOf, person, kind = 'message', parent, waitMs }: Arrival): ArrivalRow {
  const destination = person === undefined ? command.destination : { id: person };
  const id = 'id' in destination ? destination.id : undefined;
  const lane = { organizationId: command.organizationId, connectionId: command.connectionId, destinationKey: destinationKey(destination), provisional: id === undefined };
  // Written out: a field that is added to the copy of another object costs fifty times as much, and this is made for every command.
  const facts = {
    organizationId: lane.organizationId,
    connectionId: lane.connectionId,
    deliveryId: command.commandId,
    priority: command.priority ?? priorityOf(command),
    saidAt: saidAt.toISOString(),
    expiresAt: command.expiresAt,
    destination,
    destinationId: id,
    destinationKind: id === undefined ? undefined : kindOfDestinationId(id),
    destinationName: 'name' in destination ? destination.name : 'email' in destination ? destination.email : undefined,
    issueIds: issueIdsOf(command),
    sourceKind: command.source.kind,
    workflowId: 'workflowId' in command.source ? command.source.workflowId : undefined,
    searched: searchedIn(command),
    replayOf,
    kind,
    parentChannel: parent?.channel,
    parentTs: parent?.ts,
    waitMs,
    ...(kind === 'message' && replayOf === undefined && foldable(command)),
  };
  return { lane, facts: Buffer.from(JSON.stringify(facts)), event: json ?? Buffer.from(JSON.stringify({ data: command })) };
}

/** Comment and titles as JSON has them, so that looking for a word reads no command. */
export function searchedIn({ comment = '', issues }: SendToSlack): string {
  return JSON.stringify([comment, ...issues.map(({ title }) => title)]);
}

/** What folding needs to know of a message, and its digest says of it, without reading it. */
function foldable(command: SendToSlack): object | undefined {
  const foldKey = foldKeyOf(command);
  const [issue] = command.issues;
  return foldKey !== undefined && issue ? { foldKey, ...gistOf(command.change, issue) } : undefined;
}

/** What a digest says of a message about one issue. */
export function gistOf(change: SendToSlack['change'], { severity, category, revision, status, cvss }: Issue): object {
  return { severity, category, change, issueRevision: revision, issueStatus: status, issueCvss: cvss && Math.round(cvss * 100) / 100 };
}

/** By hand before critical before other workflow messages before digests. */
function priorityOf({ source, issues }: SendToSlack): number {
  if (source.kind === 'manual' || source.kind === 'test') return PRIORITY.manual;
  if (source.kind === 'digest') return PRIORITY.digest;
  return issues.some((issue) => issue.severity === 'critical') ? PRIORITY.critical : PRIORITY.workflow;
}

/** Records commands in their lanes, each once however often it comes, and counts them. */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

import type { SendToSlack } from '@tocsin/contracts';
import { destinationKey, kindOfDestinationId, PRIORITY, type Issue } from '@tocsin/domain';
import { failPoint, Outbox } from '@tocsin/platform';

import { foldKeyOf } from './fold-key.js';

const DEFAULT_LIFE_HOURS = 24;
const CLOCK_TOLERANCE_MINUTES = 5;
const SHOWN_ISSUES = 100;

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

@Injectable()
export class ArrivalRepository {
  constructor(private readonly outbox: Outbox) {}

  /** @returns the ids of the deliveries that were new */
  async ingest(rows: readonly ArrivalRow[]): Promise<string[]> {
    failPoint('arrival.commit', 'before');
    const recorded = await this.outbox.statement((database) => accept(database, rows));
    failPoint('arrival.commit');
    return recorded;
  }

  /** {@link ingest} within the caller's transaction. Lanes are locked in the order of their ids before anything enters them. */
  async ingestWithin(tx: Pick<EntityManager, 'query'>, arrivals: readonly Arrival[]): Promise<string[]> {
    return accept(tx, arrivals.map(arrivalRow));
  }
}

/** An arrival as it is kept: small beside its command, which is never written anew. */
export interface ArrivalRow {
  lane: Lane;
  /** JSON of what is kept of it beside the command. */
  facts: string;
  /** JSON of an event whose data the command is. */
  event: Buffer;
}

interface Lane {
  organizationId: string;
  connectionId: string;
  destinationKey: string;
  provisional: boolean;
}

async function accept(database: Pick<EntityManager, 'query'>, rows: readonly ArrivalRow[]): Promise<string[]> {
  const { lanes, places } = lanesOf(rows);
  const inserted = await database.query<{ delivery_id: string }[]>(
    'select delivery_id from accept_deliveries($1::jsonb, $2::int[], $3::jsonb, $4::text[], make_interval(hours => $5), make_interval(mins => $6))',
    [JSON.stringify(lanes), places, `[${rows.map(({ facts }) => facts).join(',')}]`, toTextArray(rows.map(({ event }) => event)), DEFAULT_LIFE_HOURS, CLOCK_TOLERANCE_MINUTES],
  );
  return inserted.map((row) => row.delivery_id);
}

/** Each lane once; and the place of each row's lane among them, from 1. */
function lanesOf(rows: readonly ArrivalRow[]): { lanes: Lane[]; places: number[] } {
  const known = new Map<string, { lane: Lane; place: number }>();
  const places = rows.map(({ lane }) => {
    const key = JSON.stringify([lane.organizationId, lane.connectionId, lane.destinationKey]);
    const entry = known.get(key) ?? { lane, place: known.size + 1 };
    known.set(key, entry);
    return entry.place;
  });
  return { lanes: [...known.values()].map(({ lane }) => lane), places };
}

/** PostgreSQL's binary form of text[]: what is bytes already is copied, not decoded, quoted and encoded again. */
function toTextArray(texts: readonly Buffer[]): Buffer {
  const [dimensions, noNulls, typeOfText, firstPlace] = [1, 0, 25, 1];
  return Buffer.concat([int32(dimensions, noNulls, typeOfText, texts.length, firstPlace), ...texts.flatMap((text) => [int32(text.length), text])]);
}

function int32(...values: readonly number[]): Buffer {
  const bytes = Buffer.allocUnsafe(4 * values.length);
  values.forEach((value, index) => bytes.writeInt32BE(value, 4 * index));
  return bytes;
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
  return { lane, facts: JSON.stringify(facts), event: json ?? Buffer.from(JSON.stringify({ data: command })) };
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
  return { severity, category, change, issueRevision: revision, issueStatus: status, issueCvss: cvss };
}

/** By hand before critical before other workflow messages before digests. */
function priorityOf({ source, issues }: SendToSlack): number {
  if (source.kind === 'manual' || source.kind === 'test') return PRIORITY.manual;
  if (source.kind === 'digest') return PRIORITY.digest;
  return issues.some((issue) => issue.severity === 'critical') ? PRIORITY.critical : PRIORITY.workflow;
}

function issueIdsOf({ issues, digest }: SendToSlack): string[] {
  const told = [...issues, ...(digest?.sections.flatMap((section) => section.issues) ?? [])];
  return [...new Set(told.map((issue) => issue.id))].slice(0, SHOWN_ISSUES);
}

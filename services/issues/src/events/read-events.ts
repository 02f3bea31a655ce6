/**
 * Reads the body of `POST /v1/events`: one CloudEvent in structured or binary mode, or a batch. All of it is understood or
 * nothing is taken: what is wrong is told for every event.
 */
import { routeOf, type CloudEvent, type ProblemPlace, type RefusedEvent } from '@tocsin/contracts';
import { checkCloudEventBatch, checkData, decodeCloudEvent, HTTP_BINDING, withoutByteOrderMark, type Caller, type CloudEventReading } from '@tocsin/platform';

import { isInSight } from '../applications/applications.controller.js';
import { storable } from '../intake/storable.js';
import { missingIdentity, type IntakeEvent } from './event-statements.js';
import { fingerprintOfReported } from './take-event.js';

export const BATCH_MAX = 500;

export interface EncodedBody {
  contentType: string | undefined;
  headers: Readonly<Record<string, unknown>>;
  body: Buffer;
}

export type EventsReading = { ok: true; events: IntakeEvent[] } | { ok: false; status: 400 | 403 | 413 | 422; refused: RefusedEvent[]; places: ProblemPlace[] };

interface Refusal {
  status: 400 | 403 | 422;
  places: ProblemPlace[];
}

const TYPES = ['issue.reported.v1', 'issue.resolved.v1'];
const BATCH_TYPE = /^application\/cloudevents-batch(\+json)?\s*(;|$)/i;

/** @param now the time of events that name none */
export async function readEvents(encoded: EncodedBody, caller: Caller, now: Date): Promise<EventsReading> {
  const isBatch = BATCH_TYPE.test(encoded.contentType ?? '');
  const readings = isBatch ? batchOf(encoded.body) : [decodeCloudEvent(encoded, HTTP_BINDING)];
  if (readings.length > BATCH_MAX) return { ok: false, status: 413, refused: [], places: [{ pointer: '', code: 'too_many', message: `a batch holds at most ${BATCH_MAX} events` }] };
  const events: IntakeEvent[] = [];
  const refusals: (Refusal & { index: number })[] = [];
  for (const [index, reading] of readings.entries()) {
    const judged = await judge(reading, isBatch ? `/${index}` : '', caller, now);
    if ('status' in judged) refusals.push({ ...judged, index });
    else events.push(judged);
  }
  if (refusals.length === 0) return { ok: true, events };
  return {
    ok: false,
    status: ([400, 403, 422] as const).find((status) => refusals.some((refusal) => refusal.status === status)) ?? 400,
    refused: refusals.map(({ index, places }) => ({ index, ...(places[0]?.pointer !== undefined && { pointer: places[0].pointer }), message: places.map(({ message }) => message).join('; ') })),
    places: refusals.flatMap(({ places }) => places).slice(0, 100),
  };
}

function batchOf(body: Buffer): CloudEventReading[] {
  try {
    return checkCloudEventBatch(JSON.parse(withoutByteOrderMark(body.toString('utf8'))));
  } catch (error) {
    return [{ ok: false, places: [{ pointer: '', code: 'not_json', message: error instanceof Error ? error.message : String(error) }] }];
  }
}

async function judge(reading: CloudEventReading, pointer: string, caller: Caller, now: Date): Promise<IntakeEvent | Refusal> {
  if (!reading.ok) return { status: 400, places: reading.places };
  const { event } = reading;
  const contract = TYPES.includes(event.type) ? routeOf(event.type)?.contract : undefined;
  if (!contract) return { status: 422, places: [{ pointer: `${pointer}/type`, code: 'unknown_type', message: `"${event.type}" is not taken here; ${TYPES.join(' and ')} are` }] };
  const checked = await checkData(contract, withoutMadeHere(event.data), `${pointer}/data`, 'refused');
  if (!checked.ok) return { status: 400, places: checked.places };
  const empty = emptyPlaces(checked.data, `${pointer}/data`);
  if (empty.length > 0) return { status: 400, places: empty };
  const intake = { id: event.id, source: event.source, time: event.time === undefined ? now : new Date(event.time), type: event.type, data: checked.data } as IntakeEvent;
  if (intake.type === 'issue.reported.v1' && fingerprintOfReported(intake.data) === undefined) return { status: 400, places: [missingIdentity(`${pointer}/data`)] };
  return foreignPlaces(event, intake, pointer, caller) ?? intake;
}

/** What an issue has beyond what a producer knows: whoever sends one that they got from here may leave it in. */
const MADE_HERE = ['id', 'revision', 'status'];

function withoutMadeHere(data: unknown): unknown {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return data;
  return Object.fromEntries(Object.entries(data).filter(([name]) => !MADE_HERE.includes(name)));
}

const NEVER_EMPTY = ['title', 'application', 'fingerprint'] as const;

/** Texts in which nothing but white space is left once what cannot be kept is taken out of them. */
function emptyPlaces(data: Partial<Record<(typeof NEVER_EMPTY)[number], unknown>>, pointer: string): ProblemPlace[] {
  const isBlank = (text: unknown): boolean => typeof text === 'string' && storable(text).trim() === '';
  return NEVER_EMPTY.filter((name) => isBlank(data[name])).map((name) => ({ pointer: `${pointer}/${name}`, code: 'isNotEmpty', message: `${name} should not be empty` }));
}

/** The token decides whose events they are, and of which applications. */
function foreignPlaces({ organizationid }: CloudEvent, { data }: IntakeEvent, pointer: string, caller: Caller): Refusal | undefined {
  const places: ProblemPlace[] = [];
  const foreign = { code: 'foreign_organization', message: 'names another organization than the token' };
  if (organizationid !== undefined && organizationid !== caller.organizationId) places.push({ pointer: `${pointer}/organizationid`, ...foreign });
  if (data.organizationId !== undefined && data.organizationId !== caller.organizationId) places.push({ pointer: `${pointer}/data/organizationId`, ...foreign });
  if (!isInSight(caller, data.application)) places.push({ pointer: `${pointer}/data/application`, code: 'application_not_allowed', message: `this API key is not for the application "${data.application}"` });
  return places.length > 0 ? { status: 403, places } : undefined;
}

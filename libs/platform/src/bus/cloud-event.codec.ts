/**
 * Reads CloudEvents 1.0 as they come in over AMQP and HTTP: structured mode (the whole event is the body) and binary mode
 * (attributes in headers, data in the body). What cannot be read is a value that names every place that is wrong.
 */
import { isWithinYears, type CloudEvent, type ProblemPlace } from '@tocsin/contracts';

import { jsonProblem } from './json-problem.js';

export type CloudEventReading = { ok: true; event: CloudEvent } | { ok: false; places: ProblemPlace[] };

/** `isBody`: what was read is the whole event as JSON, with its data as the field of that name. */
export type EncodedReading = { ok: true; event: CloudEvent; isBody: boolean } | { ok: false; places: ProblemPlace[] };

export interface EncodedEvent {
  contentType: string | undefined;
  headers: Readonly<Record<string, unknown>>;
  body: Buffer;
}

/** How the protocol marks an attribute among its headers, and whether its values are percent-encoded. */
export interface EventBinding {
  prefixes: readonly string[];
  percentEncoded: boolean;
}

/** CloudEvents HTTP protocol binding, 3.1.3. */
export const HTTP_BINDING: EventBinding = { prefixes: ['ce-'], percentEncoded: true };
/** CloudEvents AMQP protocol binding, 3.1.3: both prefixes are allowed. */
export const AMQP_BINDING: EventBinding = { prefixes: ['cloudevents_', 'cloudevents:'], percentEncoded: false };

const STRUCTURED = /^application\/cloudevents(\+json)?\s*(;|$)/i;
const JSON_CONTENT = /^application\/([\w.-]+\+)?json\s*(;|$)/i;
const REQUIRED = ['specversion', 'id', 'source', 'type'] as const;
const OPTIONAL = ['time', 'subject', 'datacontenttype', 'dataschema', 'organizationid', 'traceparent'] as const;
const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i;
const TEXT_MAX = 1000;
const BYTE_ORDER_MARK = Buffer.from('\uFEFF');

/** Reads one event in whichever mode its content type says; a whole event sent as plain JSON is understood too. */
export function decodeCloudEvent({ contentType, headers, body }: EncodedEvent, binding: EventBinding): EncodedReading {
  const reading = readEncoded({ contentType, headers, body }, binding);
  return reading.ok && reading.isBody && body.subarray(0, 3).equals(BYTE_ORDER_MARK) ? { ...reading, isBody: false } : reading;
}

function readEncoded({ contentType, headers, body }: EncodedEvent, binding: EventBinding): EncodedReading {
  const content = parseJson(body);
  if (!content.ok) return content;
  if (isStructured(contentType)) return wholeEvent(content.value);
  const attributes = eventAttributes(headers, binding);
  if (Object.keys(attributes).length === 0 && hasEnvelope(content.value)) return wholeEvent(content.value);
  const reading = checkCloudEvent({ ...attributes, ...(contentType !== undefined && { datacontenttype: contentType }), data: content.value });
  return reading.ok ? { ok: true, event: reading.event, isBody: false } : reading;
}

/** Whether the body is the whole event, whatever stands in the headers. */
export function isStructured(contentType: string | undefined): boolean {
  return contentType !== undefined && STRUCTURED.test(contentType);
}

function wholeEvent(value: unknown): EncodedReading {
  const reading = checkCloudEvent(value);
  return reading.ok ? { ok: true, event: reading.event, isBody: (value as Partial<CloudEvent>).data !== undefined } : reading;
}

function hasEnvelope(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'specversion' in value;
}

/** Reads the events of a parsed batch (`application/cloudevents-batch+json`), each for itself. */
export function checkCloudEventBatch(batch: unknown): CloudEventReading[] {
  if (!Array.isArray(batch)) return [refused({ pointer: '', code: 'wrong_type', message: 'must be a JSON array of events' })];
  return batch.map((event, index) => checkCloudEvent(event, `/${index}`));
}

/** The attributes of a binary-mode event, taken from among the headers. */
export function eventAttributes(headers: Readonly<Record<string, unknown>>, { prefixes, percentEncoded }: EventBinding): Record<string, unknown> {
  const attributes: Record<string, unknown> = {};
  for (const [header, value] of Object.entries(headers)) {
    const name = header.toLowerCase();
    const prefix = prefixes.find((candidate) => name.startsWith(candidate));
    if (prefix !== undefined) attributes[name.slice(prefix.length)] = percentEncoded ? percentDecoded(value) : plain(value);
  }
  return attributes;
}

/**
 * Checks the envelope of a parsed event; its data is left to the contract of its type.
 * @param pointer where the event stands in a larger document
 */
export function checkCloudEvent(value: unknown, pointer = ''): CloudEventReading {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return refused({ pointer, code: 'wrong_type', message: 'must be a CloudEvent as a JSON object' });
  const event = value as Record<string, unknown>;
  const places = [...wrongTexts(event, pointer), ...unusual(event, pointer)];
  const data = places.length === 0 ? dataOf(event, pointer) : undefined;
  if (data === undefined) return { ok: false, places };
  if (!data.ok) return data;
  return { ok: true, event: isWritten(event) ? (event as unknown as CloudEvent) : ({ ...present(event), data: data.value } as CloudEvent) };
}

function wrongTexts(event: Record<string, unknown>, pointer: string): ProblemPlace[] {
  const places: ProblemPlace[] = [];
  for (const name of REQUIRED) if (!isText(event[name])) places.push(wrongText(pointer, name, 'required'));
  for (const name of OPTIONAL) if (event[name] !== undefined && event[name] !== null && !isText(event[name])) places.push(wrongText(pointer, name, 'wrong_type'));
  return places;
}

function wrongText(pointer: string, name: string, code: string): ProblemPlace {
  return { pointer: `${pointer}/${name}`, code, message: `${name} must be a text of 1 to ${TEXT_MAX} characters` };
}

function unusual({ specversion, time, datacontenttype }: Record<string, unknown>, pointer: string): ProblemPlace[] {
  const places: ProblemPlace[] = [];
  if (isText(specversion) && specversion !== '1.0') places.push({ pointer: `${pointer}/specversion`, code: 'unsupported', message: 'specversion must be 1.0' });
  if (isText(time) && !(RFC_3339.test(time) && isWithinYears(time))) places.push({ pointer: `${pointer}/time`, code: 'bad_time', message: 'time must be a time by RFC 3339' });
  if (isText(datacontenttype) && !JSON_CONTENT.test(datacontenttype)) places.push({ pointer: `${pointer}/datacontenttype`, code: 'unsupported', message: 'data must be JSON' });
  return places;
}

type Parsed = { ok: true; value: unknown } | { ok: false; places: ProblemPlace[] };

function dataOf(event: Record<string, unknown>, pointer: string): Parsed {
  if (event.data !== undefined) return { ok: true, value: event.data };
  if (typeof event.data_base64 === 'string') return parseJson(Buffer.from(event.data_base64, 'base64'), `${pointer}/data_base64`);
  return refused({ pointer: `${pointer}/data`, code: 'required', message: 'data is missing' });
}

/** Every attribute has a value and the data is itself, as it nearly always is: the event need not be made anew. */
function isWritten(event: Record<string, unknown>): boolean {
  for (const name in event) if (event[name] === null || event[name] === undefined || name === 'data_base64') return false;
  return event.data !== undefined;
}

function present(event: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(event).filter(([name, value]) => value !== null && value !== undefined && name !== 'data_base64'));
}

/** RFC 8259, 8.1: a mark of the byte order may not be written, and may be passed over. */
export function withoutByteOrderMark(text: string): string {
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}

function parseJson(body: Buffer, pointer = ''): Parsed {
  const text = withoutByteOrderMark(body.toString('utf8'));
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch (error) {
    return refused({ pointer, code: 'not_json', message: jsonProblem(text, error) });
  }
}

function refused(place: ProblemPlace): { ok: false; places: ProblemPlace[] } {
  return { ok: false, places: [place] };
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= TEXT_MAX;
}

function percentDecoded(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return decodeURIComponent(value);
  } catch {
    return value; // a lone % is what the sender wrote
  }
}

/** AMQP has times of its own, in seconds; everything else arrives as text. */
function plain(value: unknown): unknown {
  if (typeof value === 'object' && value !== null && '!' in value && value['!'] === 'timestamp' && 'value' in value) return new Date(Number(value.value) * 1000).toISOString();
  return value;
}

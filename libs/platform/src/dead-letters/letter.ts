/**
 * A dead message as it is kept: which letter it is, whose, and what of it may be shown to whom. Everything that is shown
 * was written by somebody else, so tokens are blackened in it, and nothing in it can keep it from being stored.
 */
import { createHash } from 'node:crypto';

import { MESSAGE_MAX_BYTES } from '@tocsin/contracts';

import { AMQP_BINDING, eventAttributes, isStructured, withoutByteOrderMark } from '../bus/cloud-event.codec.js';
import type { DeadMessage } from '../bus/message-bus.js';
import { storableText } from '../bus/unreadable.js';
import { redactSecrets } from '../logging/logger.js';

const PREVIEW_LENGTH = 500;
/** Enough for a preview, and so little that a message of megabytes is not searched for tokens as a whole. */
const PREVIEW_SOURCE_LENGTH = 65_536;
const TEXT_MAX = 1000;

export interface Letter {
  id: string;
  queue: string;
  type: string;
  /** Undefined where the message names none that can be trusted. */
  organizationId: string | undefined;
  messageId: string | undefined;
  reason: string;
  error: string;
  attempts: number;
  preview: string;
  body: Buffer;
  contentType: string | undefined;
  headers: object;
  properties: object;
}

/** @returns the letter; its id is the same however often the message is read */
export function letterOf(message: DeadMessage): Letter {
  const { queue, id, body, headers, properties, contentType, reason, error, attempts } = message;
  const event = eventOf(message);
  return {
    id: letterId(message),
    queue,
    type: textOf(event?.type) ?? message.type,
    organizationId: reason === 'wrong_organization' ? undefined : organizationOf(event),
    messageId: textOf(event?.id) ?? textOf(id),
    reason: shown(reason),
    error: shown(error),
    attempts,
    preview: previewOf(event?.data, body),
    body,
    contentType: contentType === undefined ? undefined : storableText(contentType),
    headers: storable(headers),
    properties: storable({ ...properties, transportId: id }),
  };
}

/**
 * The same for the same message in the same queue, so that a letter that is collected twice, or dies again, is one. A
 * message without an id is known by its death instead: two that look the same may be two.
 */
function letterId({ queue, id, body, death }: DeadMessage): string {
  const hash = createHash('sha256').update(JSON.stringify([queue, id ?? null, id === undefined ? death : null])).update(body).digest();
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x80; // version 8 of RFC 9562: a hash of one's own
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80;
  const hex = hash.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}

/** The event as far as it can be read; undefined when nothing can be. */
function eventOf({ body, headers, contentType }: DeadMessage): Record<string, unknown> | undefined {
  const attributes = isStructured(contentType) ? {} : eventAttributes(headers, AMQP_BINDING);
  const content = parsed(body);
  if (Object.keys(attributes).length > 0) return { ...attributes, data: content };
  if (!isRecord(content)) return undefined;
  return content.data === undefined && typeof content.data_base64 === 'string' ? { ...content, data: parsed(Buffer.from(content.data_base64, 'base64')) } : content;
}

/** An event that names two organizations is nobody's: showing it to one would show the other's. */
function organizationOf(event: Record<string, unknown> | undefined): string | undefined {
  const named = textOf(event?.organizationid);
  const inData = isRecord(event?.data) ? event.data.organizationId : undefined;
  return inData === undefined || inData === named ? named : undefined;
}

/** The beginning of the data, or of the body where no data can be told from it. */
export function previewOf(data: unknown, body: Buffer): string {
  const text = (data === undefined ? undefined : json(data)) ?? body.subarray(0, PREVIEW_SOURCE_LENGTH).toString('utf8');
  return shown(text.slice(0, PREVIEW_SOURCE_LENGTH), PREVIEW_LENGTH);
}

function shown(text: string, length: number = TEXT_MAX): string {
  return storableText(redactSecrets(text)).slice(0, length).replace(/\p{Surrogate}$/u, '');
}

function parsed(body: Buffer): unknown {
  if (body.length > MESSAGE_MAX_BYTES) return undefined;
  try {
    return JSON.parse(withoutByteOrderMark(body.toString('utf8')));
  } catch {
    return undefined;
  }
}

/** Undefined for what is nested too deeply to be written. */
function json(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

function storable(fields: object): object {
  return JSON.parse(JSON.stringify(fields, (_name, value: unknown) => {
    if (typeof value === 'string') return storableText(value);
    return isRecord(value) ? Object.fromEntries(Object.entries(value).map(([name, child]) => [storableText(name), child])) : value;
  })) as object;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' && value.length <= TEXT_MAX && storableText(value) === value ? value : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Reasons whose error is made of places, sizes and names from the contracts, and of nothing that the message says. */
const TELLS_NO_CONTENT = new Set([
  'invalid_event', 'invalid_data', 'unreadable', 'too_large', 'wrong_type', 'unknown_version', 'wrong_organization', 'no_organization', 'foreign_connection',
  'unroutable', 'delivery_limit', 'expired', 'rejected', 'maxlen',
]);

/** The error for people outside the letter's organization. What a handler threw may quote the message, so only its kind is told. */
export function errorWithoutContent(reason: string, error: string): string {
  if (TELLS_NO_CONTENT.has(reason)) return withoutForeignNames(error);
  const kind = /^[A-Za-z]\w{0,60}(?=:)/.exec(error)?.[0] ?? 'Error';
  return `${kind} (what it says may hold contents, so it is shown inside the organization only)`;
}

/** How a message calls what no contract knows is something that it says as well. To the end, for the name may hold anything, and be cut. */
function withoutForeignNames(error: string): string {
  return error.replace(/unknown field "[^]*/, 'unknown field').replace(/totals has a "[^]*/, 'totals has a value that is no count').replace(/cannot be kept: \/[^]*/, 'cannot be kept: it holds a NUL character or half of a character');
}

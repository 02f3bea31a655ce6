/**
 * Brings messages to the handlers of a service: Nest's transport strategy on whichever bus. A handler sees only data that
 * its contract accepts, and whatever becomes of it, the message is settled: the bus learns of every failure.
 */
import { isUtf8 } from 'node:buffer';

import { Server, type CustomTransportStrategy, type MessageHandler } from '@nestjs/microservices';
import { isObservable, lastValueFrom } from 'rxjs';

import { MESSAGE_MAX_BYTES, queuesOf, type CloudEvent, type MessageRoute, type ProblemPlace, type ServiceName } from '@tocsin/contracts';

import { isDatabaseAway, isUnstorableText } from '../database/database-failure.js';
import { PeerUnavailable } from '../http/internal.client.js';
import { BusContext } from './bus-context.js';
import { checkData } from './check-data.js';
import { AMQP_BINDING, decodeCloudEvent } from './cloud-event.codec.js';
import { PauseError, PermanentError, type BusLogger, type IncomingMessage, type MessageBus, type Subscription } from './message-bus.js';
import { compiledCheck } from './quick-check.js';
import { RestOfWork } from './rest-of-work.js';
import { unstorablePlace } from './unreadable.js';

export class BusServer extends Server implements CustomTransportStrategy {
  /** Failures reach the bus, which reports them; Nest need not. */
  override readonly propagatesEventHandlerErrors = true;
  private readonly subscriptions: Subscription[] = [];

  constructor(
    private readonly bus: MessageBus,
    private readonly service: ServiceName,
    private readonly log: BusLogger,
  ) {
    super();
  }

  /** Fails unless each message that the service hears has exactly one handler, and no other message has one. */
  async listen(callback: (error?: unknown) => void): Promise<void> {
    try {
      const queues = queuesOf(this.service);
      assertOneHandlerEach(this.service, queues.map(({ route }) => route.type), this.messageHandlers);
      for (const { queue, route } of queues) {
        compiledCheck(route.contract);
        this.subscriptions.push(await this.bus.subscribe(this.service, queue, (message) => this.handle(route, message), route.prefetch === undefined ? {} : { prefetch: route.prefetch }));
      }
      callback();
    } catch (error) {
      callback(error);
    }
  }

  /** Takes no more messages and lets those in work end. */
  async close(): Promise<void> {
    await Promise.all(this.subscriptions.splice(0).map((subscription) => subscription.stop()));
  }

  on(): never {
    throw new Error('The bus has no events to listen to.');
  }

  unwrap<T>(): T {
    return this.bus as T;
  }

  private async handle(route: MessageRoute, message: IncomingMessage): Promise<void> {
    const startedAt = performance.now();
    const { facts, rest } = await this.begin(route, message);
    if (rest) await rest.done.catch((error: unknown) => { throw verdictOf(error); });
    this.log.debug({ ms: Math.round(performance.now() - startedAt), ...facts }, 'handled');
  }

  /** What is read of the message lives no longer than this call. */
  private async begin(route: MessageRoute, message: IncomingMessage): Promise<{ facts: object; rest: RestOfWork | undefined }> {
    const handler = this.messageHandlers.get(route.type);
    if (handler === undefined) throw new Error(`"${route.type}" has lost its handler.`);
    const { event, isAsSent } = envelopeOf(route, message);
    const checked = await checkData(route.contract, event.data);
    if (!checked.ok) throw new PermanentError('invalid_data', `The data is not valid: ${placesText(checked.places)}`);
    assertOneOrganization(event, checked.data);
    const context = contextOf(event, message, isAsSent && checked.isWhole);
    const rest = await settled(handler, checked.data, context);
    return { facts: { type: context.type, messageId: context.id, organizationId: context.organizationId, attempt: context.attempt, ...subjectOf(checked.data) }, rest };
  }
}

/** @throws Error with every message that is not handled as the table says */
function assertOneHandlerEach(service: ServiceName, heard: readonly string[], handlers: ReadonlyMap<string, MessageHandler>): void {
  const missing = heard.filter((type) => !handlers.has(type)).map((type) => `"${type}" has no handler`);
  const doubled = [...handlers].filter(([, handler]) => handler.next !== undefined).map(([type]) => `"${type}" has more than one handler`);
  const replying = [...handlers].filter(([, handler]) => handler.isEventHandler !== true).map(([type]) => `"${type}" is handled by @MessagePattern, which nobody answers; use @EventPattern`);
  const foreign = [...handlers.keys()].filter((type) => !heard.includes(type)).map((type) => `"${type}" is handled, but the table of messages does not say that ${service} hears it`);
  const wrong = [...missing, ...doubled, ...replying, ...foreign];
  if (wrong.length > 0) throw new Error(`The handlers of ${service} do not fit the table of messages: ${wrong.join('; ')}.`);
}

function envelopeOf(route: MessageRoute, message: IncomingMessage): { event: CloudEvent; isAsSent: boolean } {
  const { body } = message;
  const { maxBytes = MESSAGE_MAX_BYTES } = route;
  if (body.length > maxBytes) throw new PermanentError('too_large', `The message has ${body.length} bytes; "${route.type}" may have ${maxBytes}.`);
  if (!isUtf8(body)) throw new PermanentError('unreadable', 'The message is not UTF-8, as JSON must be.');
  const reading = decodeCloudEvent(message, AMQP_BINDING);
  if (!reading.ok) throw new PermanentError('invalid_event', `This is no CloudEvent: ${placesText(reading.places)}`);
  const isEscaped = body.includes(ESCAPE);
  const unstorable = isEscaped || !reading.isBody ? unstorablePlace(reading.event) : undefined;
  if (unstorable) throw new PermanentError('unreadable', `The message cannot be kept: ${placesText([unstorable])}`);
  if (reading.event.type !== route.type) throw otherType(reading.event.type, route.type);
  // an escape may stand in what nobody looked at: a field that another of its name overrules
  return { event: reading.event, isAsSent: reading.isBody && !isEscaped };
}

/** JSON has what cannot be stored only as an escape, and hardly ever an escape of this kind; headers and base64 have it in other ways. */
const ESCAPE = '\\u';

function otherType(type: string, expected: string): PermanentError {
  const said = type.slice(0, 100);
  return withoutVersion(type) === withoutVersion(expected)
    ? new PermanentError('unknown_version', `/type The event is a "${said}"; "${expected}" is the version that is known here.`)
    : new PermanentError('wrong_type', `/type The event is a "${said}", the queue carries "${expected}".`);
}

function withoutVersion(type: string): string {
  return type.replace(/\.v\d+$/, '');
}

/** The name on the envelope decides whose event it is, so the data may not say another. */
function assertOneOrganization({ organizationid }: CloudEvent, data: { organizationId?: unknown }): void {
  if (organizationid === undefined) throw new PermanentError('wrong_organization', 'The event has no organizationid.');
  if (data.organizationId === undefined || data.organizationId === organizationid) return;
  throw new PermanentError('wrong_organization', 'organizationid of the event and organizationId of its data are not the same.');
}

function contextOf({ id, source, type, time, organizationid, traceparent }: CloudEvent, { attempt, redelivered, body, headers }: IncomingMessage, isAsSent: boolean): BusContext {
  const trace = traceparent ?? headers.traceparent;
  return new BusContext({
    id, source, type, time: time === undefined ? new Date() : new Date(time), organizationId: organizationid, attempt, redelivered,
    ...(typeof trace === 'string' && { traceparent: trace }),
    ...(isAsSent && { json: body }),
  });
}

/** Waits for what the handler does with the message: Nest wraps promises and observables in each other. @returns what it does afterwards */
async function settled(handler: MessageHandler, data: object, context: BusContext): Promise<RestOfWork | undefined> {
  try {
    const result: unknown = await handler(data, context);
    if (isObservable(result)) await lastValueFrom(result, { defaultValue: undefined });
    return result instanceof RestOfWork ? result : undefined;
  } catch (error) {
    throw verdictOf(error);
  }
}

/** What is away for every message makes the queue wait instead of using up this message's attempts; what can never be stored needs none. */
function verdictOf(error: unknown): unknown {
  if (error instanceof PermanentError || error instanceof PauseError) return error;
  if (isDatabaseAway(error)) return new PauseError('The database is away.');
  if (error instanceof PeerUnavailable) return new PauseError(error.message);
  if (isUnstorableText(error)) return new PermanentError('unreadable', 'It holds a NUL character or half of a character, which no text may hold.');
  return error;
}

function subjectOf(data: { commandId?: unknown }): { commandId?: unknown } {
  return data.commandId === undefined ? {} : { commandId: data.commandId };
}

function placesText(places: readonly ProblemPlace[]): string {
  return places.slice(0, 5).map(({ pointer, message }) => `${pointer ?? ''} ${message}`.trim()).join('; ');
}

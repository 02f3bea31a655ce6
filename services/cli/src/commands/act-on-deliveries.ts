/** What `tocsin deliveries` does to messages: cancel, replay, take back, pause and resume. One that is named alone is answered with the reason when it cannot be. */
import { setTimeout as sleep } from 'node:timers/promises';

import type { AcceptedReplay, AcceptedReplays, CancelledDeliveries, Connection, Delivery, PausedDeliveries, ReplayProgress, ResumedDeliveries } from '@tocsin/contracts';

import { parseDestination } from '../destination.js';
import { CliFailure, EXIT, type ExitCode } from '../exit-code.js';
import type { Command, Given } from './command.js';
import { bulkFilterOf, onlyNamed, type DeliveriesOptions } from './deliveries-options.js';
import { follow, secondsToWait } from './send.js';

const LOOK_AGAIN_MS = 300;
/** How long one delivery is waited for when nothing is said. */
const TIMEOUT = '60';

export async function cancel({ client, output }: Given, options: DeliveriesOptions): Promise<ExitCode> {
  const id = onlyNamed(options);
  if (id !== undefined) {
    const { body } = await client.call<Delivery>('POST', `/v1/deliveries/${encodeURIComponent(id)}/cancel`);
    output.answer(body, () => [`Cancelled: ${body.id}`]);
    return EXIT.ok;
  }
  const { body } = await client.call<CancelledDeliveries>('POST', '/v1/deliveries/cancel', { body: { filter: bulkFilterOf(options) } });
  output.answer(body, () => [`Cancelled: ${body.cancelled}`]);
  return body.cancelled < options.ids.length ? EXIT.no : EXIT.ok;
}

export async function replay(given: Given, options: DeliveriesOptions): Promise<ExitCode> {
  const { to, reason, force, idempotencyKey } = options;
  const order = { ...(to !== undefined && { destination: parseDestination(to) }), ...(reason !== undefined && { reason }), ...(force && { force }) };
  const headers: Record<string, string> = idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey };
  const id = onlyNamed(options);
  return id === undefined ? replayMany(given, options, { body: { filter: bulkFilterOf(options), ...order }, headers }) : replayOne(given, options, id, { body: order, headers });
}

interface Call {
  body: object;
  headers: Record<string, string>;
}

async function replayOne(given: Given, { wait, timeout = TIMEOUT }: DeliveriesOptions, id: string, call: Call): Promise<ExitCode> {
  const seconds = secondsToWait({ timeout, ...(wait && { wait }) });
  const { body: accepted } = await given.client.call<AcceptedReplay>('POST', `/v1/deliveries/${encodeURIComponent(id)}/replay`, call);
  const { deliveryId, toldAgain } = accepted;
  if (seconds !== undefined) return follow(given, deliveryId, seconds);
  given.output.answer(accepted, () => [`Accepted: ${deliveryId}`, ...(toldAgain === undefined ? [] : [`Replayed by themselves before, and told once more by this digest: ${toldAgain}`]), `Follow it with: tocsin delivery ${deliveryId} --wait`]);
  return EXIT.ok;
}

async function replayMany(given: Given, options: DeliveriesOptions, call: Call): Promise<ExitCode> {
  const patience = patienceOf(options);
  const { body: accepted } = await given.client.call<AcceptedReplays>('POST', '/v1/deliveries/replay', call);
  const { replayId, matched } = accepted;
  const isEachThere = matched >= options.ids.length;
  if (patience !== undefined) {
    const code = await followReplay(given, replayId, patience);
    return isEachThere ? code : EXIT.no;
  }
  given.output.answer(accepted, () => [`Replay ${replayId}: ${matched} matched`, `Follow it with: tocsin deliveries progress ${replayId} --wait`]);
  return isEachThere ? EXIT.ok : EXIT.no;
}

export const progress: Command<DeliveriesOptions> = (given, options) => followReplay(given, options.ids[0] ?? '', patienceOf(options));

/** Seconds that the end of many is waited for: as long as it takes when nothing is said. @returns undefined when nobody waits */
function patienceOf({ wait, timeout }: DeliveriesOptions): number | undefined {
  if (timeout === undefined) return wait && Infinity;
  return secondsToWait({ timeout, ...(wait && { wait }) });
}

/** A replay that still runs is a "no" only to who waited for its end. */
async function followReplay({ client, output }: Given, replayId: string, patience: number | undefined): Promise<ExitCode> {
  const end = performance.now() + (patience ?? 0) * 1000;
  for (;;) {
    const found = await client.get<ReplayProgress>(`/v1/deliveries/replays/${encodeURIComponent(replayId)}`);
    const { state, matched, done, skipped } = found;
    const line = `Replay ${replayId}: ${done} of ${matched} replayed, ${skipped} skipped`;
    if (state === 'done' || performance.now() + LOOK_AGAIN_MS > end) {
      output.answer(found, () => [state === 'done' ? line : `${line}, and it goes on`]);
      return (state === 'done' ? skipped === 0 : patience === undefined) ? EXIT.ok : EXIT.no;
    }
    output.note(line);
    await sleep(LOOK_AGAIN_MS);
  }
}

export async function retract({ client, output }: Given, { ids: [id = ''], reason }: DeliveriesOptions): Promise<ExitCode> {
  const { body } = await client.call<Delivery>('POST', `/v1/deliveries/${encodeURIComponent(id)}/retract`, { body: reason === undefined ? {} : { reason } });
  output.answer(body, () => [`Taken back: ${body.id}`, ...(body.error ? [`${body.error.message} ${body.error.remedy}`] : [])]);
  return EXIT.ok;
}

export const pause: Command<DeliveriesOptions> = (given, options) => setPause(given, options, 'pause');

export const resume: Command<DeliveriesOptions> = (given, options) => setPause(given, options, 'resume');

async function setPause({ client, output }: Given, { workflow, connection, all }: DeliveriesOptions, action: 'pause' | 'resume'): Promise<ExitCode> {
  if ([workflow, connection, all].filter((scope) => scope !== undefined).length !== 1) {
    throw new CliFailure(EXIT.refused, `Say what to ${action}: --workflow <id>, --connection <id>, or --all for everything of the organization.`);
  }
  if (connection !== undefined) {
    const { body } = await client.call<Connection>('POST', `/v1/connections/${encodeURIComponent(connection)}/${action}`);
    output.answer(body, () => [`${action === 'pause' ? 'Paused' : 'Resumed'}: ${body.workspace.name}`]);
    return EXIT.ok;
  }
  const { body } = await client.call<PausedDeliveries | ResumedDeliveries>('POST', `/v1/deliveries/${action}`, { body: workflow === undefined ? {} : { workflowId: workflow } });
  output.answer(body, () => [action === 'pause' ? `Paused: ${body.waiting} held` : `Resumed: ${body.waiting} go on`]);
  return EXIT.ok;
}

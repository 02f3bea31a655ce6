/** `tocsin deliveries [list|show|cancel|replay|retract|pause|resume|pauses|watch]`: what became of messages, and what is done to them. */
import { setTimeout as sleep } from 'node:timers/promises';

import type { AcceptedReplays, CancelledDeliveries, Delivery, PausedDeliveries, Pauses, ReplayProgress, ResumedDeliveries } from '@tocsin/contracts';

import { parseDestination } from '../destination.js';
import { CliFailure, EXIT, type ExitCode } from '../exit-code.js';
import { table } from '../output.js';
import type { Command, Given } from './command.js';
import { deliveryLines } from './send.js';
import { watch } from './watch-deliveries.js';

export const DELIVERY_ACTIONS = ['list', 'show', 'cancel', 'replay', 'retract', 'pause', 'resume', 'pauses', 'watch'] as const;
export type DeliveryAction = (typeof DELIVERY_ACTIONS)[number];

export interface DeliveryFilters {
  state?: string;
  connection?: string;
  destination?: string;
  issue?: string;
  workflow?: string;
  source?: string;
  code?: string;
  digest?: string;
  after?: string;
  before?: string;
  q?: string;
}

export interface DeliveriesOptions extends DeliveryFilters {
  action: DeliveryAction;
  ids: readonly string[];
  limit?: string;
  /** Every delivery that the filters match, or everything there is. */
  all?: true;
  to?: string;
  reason?: string;
  force?: true;
  wait?: true;
  idempotencyKey?: string;
  /** Seconds after which watching ends. */
  for?: string;
}

const NAMES: Readonly<Record<keyof DeliveryFilters, string>> = {
  state: 'state', connection: 'connectionId', destination: 'destination', issue: 'issueId', workflow: 'workflowId', source: 'source', code: 'code', digest: 'digestId', after: 'after', before: 'before', q: 'q',
};
const LOOK_AGAIN_MS = 300;

export const deliveries: Command<DeliveriesOptions> = (given, options) => ACTIONS[options.action](given, options);

const ACTIONS: Readonly<Record<DeliveryAction, Command<DeliveriesOptions>>> = {
  list,
  show,
  cancel,
  replay,
  retract,
  pause: (given, options) => setPause(given, options, 'pause'),
  resume: (given, options) => setPause(given, options, 'resume'),
  pauses,
  watch: (given, options) => {
    refuseIds(options);
    return watch(given, new URLSearchParams(filterOf(options)), options.for);
  },
};

async function list({ client, output }: Given, options: DeliveriesOptions): Promise<ExitCode> {
  refuseIds(options);
  const query = new URLSearchParams({ ...filterOf(options), limit: options.limit ?? '50' });
  const page = await client.get<{ items: Delivery[]; nextCursor: string | null }>(`/v1/deliveries?${query.toString()}`);
  output.answer(page, () => [
    ...(page.items.length === 0 ? ['No deliveries.'] : table(['ID', 'CREATED', 'STATE', 'DESTINATION', 'ABOUT'], page.items.map(rowOf))),
    ...(page.nextCursor === null ? [] : ['There are more: raise --limit, or narrow the filters.']),
  ]);
  return EXIT.ok;
}

function rowOf({ id, createdAt, state, destination, title, error }: Delivery): string[] {
  return [id, createdAt, error ? `${state} (${error.code})` : state, destination.name ?? destination.id ?? '', title ?? ''];
}

async function show({ client, output }: Given, options: DeliveriesOptions): Promise<ExitCode> {
  const found = await client.get<Delivery>(`/v1/deliveries/${encodeURIComponent(onlyId(options))}`);
  output.answer(found, () => deliveryLines(found));
  return EXIT.ok;
}

async function cancel({ client, output }: Given, options: DeliveriesOptions): Promise<ExitCode> {
  const { body } = await client.call<CancelledDeliveries>('POST', '/v1/deliveries/cancel', { body: { filter: bulkFilterOf(options) } });
  output.answer(body, () => [`Cancelled: ${body.cancelled}`]);
  return body.cancelled < options.ids.length ? EXIT.no : EXIT.ok;
}

async function replay(given: Given, options: DeliveriesOptions): Promise<ExitCode> {
  const { to, reason, force, wait, idempotencyKey } = options;
  const body = { filter: bulkFilterOf(options), ...(to !== undefined && { destination: parseDestination(to) }), ...(reason !== undefined && { reason }), ...(force && { force }) };
  const { body: accepted } = await given.client.call<AcceptedReplays>('POST', '/v1/deliveries/replay', { body, headers: idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey } });
  if (wait) return followReplay(given, accepted.replayId);
  given.output.answer(accepted, () => [`Replay ${accepted.replayId}: ${accepted.matched} matched`]);
  return EXIT.ok;
}

async function followReplay({ client, output }: Given, replayId: string): Promise<ExitCode> {
  for (;;) {
    const progress = await client.get<ReplayProgress>(`/v1/deliveries/replays/${encodeURIComponent(replayId)}`);
    const line = `Replay ${replayId}: ${progress.done} of ${progress.matched} replayed, ${progress.skipped} skipped`;
    if (progress.state === 'done') {
      output.answer(progress, () => [line]);
      return progress.skipped === 0 ? EXIT.ok : EXIT.no;
    }
    output.note(line);
    await sleep(LOOK_AGAIN_MS);
  }
}

async function retract({ client, output }: Given, options: DeliveriesOptions): Promise<ExitCode> {
  const { reason } = options;
  const { body } = await client.call<Delivery>('POST', `/v1/deliveries/${encodeURIComponent(onlyId(options))}/retract`, { body: reason === undefined ? {} : { reason } });
  output.answer(body, () => [`Taken back: ${body.id}`, ...(body.error ? [`${body.error.message} ${body.error.remedy}`] : [])]);
  return EXIT.ok;
}

async function setPause({ client, output }: Given, { workflow, all }: DeliveriesOptions, action: 'pause' | 'resume'): Promise<ExitCode> {
  if ((workflow === undefined) === (all === undefined)) throw new CliFailure(EXIT.refused, `Say what to ${action}: --workflow <id>, or --all for everything of the organization.`);
  const { body } = await client.call<PausedDeliveries | ResumedDeliveries>('POST', `/v1/deliveries/${action}`, { body: workflow === undefined ? {} : { workflowId: workflow } });
  output.answer(body, () => [action === 'pause' ? `Paused: ${body.waiting} held` : `Resumed: ${body.waiting} go on`]);
  return EXIT.ok;
}

async function pauses({ client, output }: Given): Promise<ExitCode> {
  const answer = await client.get<Pauses>('/v1/deliveries/pauses');
  output.answer(answer, () =>
    answer.items.length === 0 ? ['Nothing is paused.'] : table(['WORKFLOW', 'SINCE', 'BY', 'HELD'], answer.items.map(({ workflowId, pausedAt, pausedBy, waiting }) => [workflowId ?? '(everything)', pausedAt, pausedBy, String(waiting)])));
  return EXIT.ok;
}

function filterOf(options: DeliveryFilters): Record<string, string> {
  return Object.fromEntries((Object.keys(NAMES) as (keyof DeliveryFilters)[]).flatMap((name) => (options[name] === undefined ? [] : [[NAMES[name], options[name]]])));
}

/** @throws CliFailure when nothing is named: nobody means everything by leaving everything out */
function bulkFilterOf({ ids, all, ...options }: DeliveriesOptions): object {
  const filter = { ...filterOf(options), ...(ids.length > 0 && { id: ids }), ...(all && { all }) };
  if (Object.keys(filter).length === 0) throw new CliFailure(EXIT.refused, 'Name deliveries by id or by filters, or say --all.');
  return filter;
}

function onlyId({ ids, action }: DeliveriesOptions): string {
  const [id, ...others] = ids;
  if (id === undefined || others.length > 0) throw new CliFailure(EXIT.refused, `To ${action} takes the id of one delivery.`);
  return id;
}

function refuseIds({ ids, action }: DeliveriesOptions): void {
  if (ids.length > 0) throw new CliFailure(EXIT.refused, `To ${action} takes filters, no ids; tocsin deliveries show tells of one.`);
}

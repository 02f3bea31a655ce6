/** `tocsin deliveries`: what became of messages, in a list, one by one and in numbers; what is done to them is in act-on-deliveries.ts. */
import type { Delivery, DeliveryCounts, DeliveryMessage, DeliveryReason, DeliveryReasons, DeliverySummary, Pauses } from '@tocsin/contracts';

import { EXIT, type ExitCode } from '../exit-code.js';
import { table } from '../output.js';
import { cancel, pause, progress, replay, resume, retract } from './act-on-deliveries.js';
import type { Command, Given } from './command.js';
import { assertTaken, filterOf, type DeliveriesOptions, type DeliveryAction } from './deliveries-options.js';
import { deliveryLines } from './send.js';
import { watch } from './watch-deliveries.js';

const ACTIONS: Readonly<Record<DeliveryAction, Command<DeliveriesOptions>>> = {
  list, show, message, summary, counts, reasons, cancel, replay, progress, retract, pause, resume, pauses,
  watch: (given, options) => watch(given, new URLSearchParams(filterOf(options)), options.for),
};

export const deliveries: Command<DeliveriesOptions> = async (given, options) => {
  assertTaken(options);
  return ACTIONS[options.action](given, options);
};

async function list({ client, output }: Given, options: DeliveriesOptions): Promise<ExitCode> {
  const { limit = '50', cursor } = options;
  const query = new URLSearchParams({ ...filterOf(options), limit, ...(cursor !== undefined && { cursor }) });
  const page = await client.get<{ items: Delivery[]; nextCursor: string | null }>(`/v1/deliveries?${query.toString()}`);
  output.answer(page, () => [
    ...(page.items.length === 0 ? [page.nextCursor === null ? 'No deliveries.' : 'None among the newest.'] : table(['ID', 'CREATED', 'STATE', 'DESTINATION', 'ABOUT'], page.items.map(rowOf))),
    ...(page.nextCursor === null ? [] : [`There are more: raise --limit, narrow the filters, or go on with --cursor ${page.nextCursor}`]),
  ]);
  return EXIT.ok;
}

function rowOf({ id, createdAt, state, destination, title, error }: Delivery): string[] {
  return [id, createdAt, error ? `${state} (${error.code})` : state, destination.name ?? destination.id ?? '', title ?? ''];
}

async function show({ client, output }: Given, { ids: [id = ''] }: DeliveriesOptions): Promise<ExitCode> {
  const found = await client.get<Delivery>(`/v1/deliveries/${encodeURIComponent(id)}`);
  output.answer(found, () => deliveryLines(found));
  return EXIT.ok;
}

async function message({ client, output }: Given, { ids: [id = ''] }: DeliveriesOptions): Promise<ExitCode> {
  const found = await client.get<DeliveryMessage>(`/v1/deliveries/${encodeURIComponent(id)}/message`);
  const { text, inSlack, attempted } = found;
  output.answer(found, () => [
    ...text.split('\n'),
    ...(inSlack ? ['In Slack now:', ...inSlack.text.split('\n')] : []),
    ...(attempted ? ['Slack may have:', ...attempted.text.split('\n')] : []),
    '(--json shows its blocks as well)',
  ]);
  return EXIT.ok;
}

/** Says no when something that was accepted is not accounted for. */
async function summary({ client, output }: Given): Promise<ExitCode> {
  const counted = await client.get<DeliverySummary>('/v1/deliveries/summary');
  const { accepted, inTransit, byState, balanced, incomplete } = counted;
  output.answer(counted, () => [
    ...stateTable(byState),
    `Accepted: ${accepted}, of which in transit: ${inTransit}`,
    balanced ? 'Every one of them is accounted for.' : 'They do not add up: something is not accounted for.',
    ...(incomplete === undefined ? [] : [`Incomplete: ${incomplete}`]),
  ]);
  return balanced ? EXIT.ok : EXIT.no;
}

async function counts({ client, output }: Given, options: DeliveriesOptions): Promise<ExitCode> {
  const counted = await client.get<DeliveryCounts>(`/v1/deliveries/counts?${new URLSearchParams(filterOf(options)).toString()}`);
  output.answer(counted, () => [...stateTable(counted.byState), `Counted at ${counted.at}; --changed-before ${counted.at} means these.`]);
  return EXIT.ok;
}

function stateTable(byState: DeliveryCounts['byState']): string[] {
  return table(['STATE', 'DELIVERIES'], Object.entries(byState).map(([state, count]) => [state, String(count)]));
}

async function reasons({ client, output }: Given, options: DeliveriesOptions): Promise<ExitCode> {
  const found = await client.get<DeliveryReasons>(`/v1/deliveries/reasons?${new URLSearchParams(filterOf(options)).toString()}`);
  output.answer(found, () => (found.items.length === 0 ? ['Nothing that was not posted.'] : found.items.flatMap(reasonLines)));
  return EXIT.ok;
}

function reasonLines({ state, code, message: sentence, remedy, count, lastAt, destinations, otherDestinations }: DeliveryReason): string[] {
  const places = destinations.map(({ destination, count: there }) => `${destination.name ?? destination.id ?? 'unknown'} (${there})`);
  return [`${count} ${state} (${code}), the latest ${lastAt}: ${sentence}`, `  ${remedy}`, `  ${places.join(', ')}${otherDestinations > 0 ? ` and ${otherDestinations} ${otherDestinations === 1 ? 'other' : 'others'}` : ''}`];
}

async function pauses({ client, output }: Given): Promise<ExitCode> {
  const answer = await client.get<Pauses>('/v1/deliveries/pauses');
  output.answer(answer, () =>
    answer.items.length === 0
      ? ['No workflow is paused, nor everything; tocsin connections shows which connections are.']
      : table(['WORKFLOW', 'SINCE', 'BY', 'HELD'], answer.items.map(({ workflowId, pausedAt, pausedBy, waiting }) => [workflowId ?? '(everything)', pausedAt, pausedBy, String(waiting)])));
  return EXIT.ok;
}

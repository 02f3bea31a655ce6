/** What can be said to `tocsin deliveries`: what an action takes of it, and the filter of the API that it makes. */
import { CliFailure, EXIT } from '../exit-code.js';

/** The options that choose deliveries, by the names that the API has for them. */
const FILTERS = {
  state: 'state', connection: 'connectionId', destination: 'destination', issue: 'issueId', workflow: 'workflowId', source: 'source', code: 'code', digest: 'digestId',
  replayOf: 'replayOf', replayed: 'replayed', after: 'after', before: 'before', changedBefore: 'changedBefore', except: 'exceptIds', q: 'q',
} as const;
type FilterName = keyof typeof FILTERS;
const EVERY_FILTER = Object.keys(FILTERS) as FilterName[];

export interface DeliveriesOptions extends Partial<Record<FilterName, string>> {
  action: DeliveryAction;
  /** Of deliveries; to tell how far a replay is, of the replay. */
  ids: readonly string[];
  limit?: string;
  /** Where the page begins. */
  cursor?: string;
  /** Every delivery that the filters match, or everything there is. */
  all?: true;
  to?: string;
  reason?: string;
  force?: true;
  wait?: true;
  /** Seconds that are waited at most. */
  timeout?: string;
  idempotencyKey?: string;
  /** Seconds after which watching ends. */
  for?: string;
}

interface Taken {
  ids: 'none' | 'one' | 'any';
  options: readonly Exclude<keyof DeliveriesOptions, 'action' | 'ids'>[];
}

const PAUSABLE: Taken = { ids: 'none', options: ['workflow', 'connection', 'all'] };
const TAKEN = {
  list: { ids: 'none', options: [...EVERY_FILTER, 'limit', 'cursor'] },
  show: { ids: 'one', options: [] },
  message: { ids: 'one', options: [] },
  summary: { ids: 'none', options: [] },
  counts: { ids: 'none', options: EVERY_FILTER.filter((name) => name !== 'state') },
  reasons: { ids: 'none', options: EVERY_FILTER },
  watch: { ids: 'none', options: [...EVERY_FILTER, 'for'] },
  cancel: { ids: 'any', options: [...EVERY_FILTER, 'all'] },
  replay: { ids: 'any', options: [...EVERY_FILTER, 'all', 'to', 'reason', 'force', 'wait', 'timeout', 'idempotencyKey'] },
  progress: { ids: 'one', options: ['wait', 'timeout'] },
  retract: { ids: 'one', options: ['reason'] },
  pause: PAUSABLE,
  resume: PAUSABLE,
  pauses: { ids: 'none', options: [] },
} satisfies Record<string, Taken>;

export type DeliveryAction = keyof typeof TAKEN;
export const DELIVERY_ACTIONS = Object.keys(TAKEN) as DeliveryAction[];

/** @throws CliFailure when an action is given what it does not take: nobody's filter may be ignored when something is done */
export function assertTaken({ action, ids, ...options }: DeliveriesOptions): void {
  const taken: Taken = TAKEN[action];
  const odd = Object.keys(options).find((name) => !taken.options.includes(name as Taken['options'][number]));
  if (odd !== undefined) throw new CliFailure(EXIT.refused, `To ${action} takes no --${odd.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}.`);
  if (taken.ids === 'one' && ids.length !== 1) throw new CliFailure(EXIT.refused, `To ${action} takes the id of one ${action === 'progress' ? 'replay' : 'delivery'}.`);
  if (taken.ids === 'none' && ids.length > 0) throw new CliFailure(EXIT.refused, `To ${action} takes no ids.`);
}

/** The filter that is meant, for a query or a body. */
export function filterOf(options: DeliveriesOptions): Record<string, string> {
  return Object.fromEntries(EVERY_FILTER.flatMap((name) => (options[name] === undefined ? [] : [[FILTERS[name], options[name]]])));
}

/** The one delivery that is named, where nothing else is said of which are meant. */
export function onlyNamed(options: DeliveriesOptions): string | undefined {
  const isChosen = options.all === true || Object.keys(filterOf(options)).length > 0;
  return options.ids.length === 1 && !isChosen ? options.ids[0] : undefined;
}

/** @throws CliFailure when nothing is named: nobody means everything by leaving everything out */
export function bulkFilterOf(options: DeliveriesOptions): object {
  const { ids, all } = options;
  const filter = filterOf(options);
  const isNaming = all === true || ids.length > 0 || Object.keys(filter).some((name) => name !== FILTERS.except);
  if (!isNaming) throw new CliFailure(EXIT.refused, 'Name deliveries by id or by filters, or say --all.');
  return { ...filter, ...(ids.length > 0 && { id: ids }), ...(all && { all }) };
}

/** The filter of the list as it stands in the address: what is not known is left out. */
import { DELIVERY_STATES, type DeliverySource, type DeliveryState } from '@tocsin/domain';

export const SOURCES = ['manual', 'workflow', 'digest', 'test'] as const satisfies readonly DeliverySource['kind'][];

const LISTS = ['state', 'connectionId', 'destination', 'issueId', 'workflowId', 'source', 'code', 'digestId'] as const;
export type ListFilter = (typeof LISTS)[number];
const TEXTS = ['q', 'after', 'before', 'replayed'] as const;

export type DeliveryFilter = Readonly<Record<ListFilter, readonly string[]>> & Readonly<Record<(typeof TEXTS)[number], string>>;

export const NO_FILTER: DeliveryFilter = { q: '', after: '', before: '', replayed: '', state: [], connectionId: [], destination: [], issueId: [], workflowId: [], source: [], code: [], digestId: [] };

/** Filters with a closed set of values. */
const ALLOWED: Partial<Record<ListFilter, readonly string[]>> = { state: DELIVERY_STATES, source: SOURCES };

export function readFilter(search: URLSearchParams): DeliveryFilter {
  const lists = LISTS.map((name) => [name, [...new Set(search.getAll(name))].filter((value) => value !== '' && (ALLOWED[name]?.includes(value) ?? true))]);
  const texts = TEXTS.map((name) => [name, search.get(name) ?? '']);
  const filter = { ...(Object.fromEntries(lists) as Pick<DeliveryFilter, ListFilter>), ...(Object.fromEntries(texts) as Omit<DeliveryFilter, ListFilter>) };
  return { ...filter, after: timeOf(filter.after), before: timeOf(filter.before), replayed: ['true', 'false'].find((known) => known === filter.replayed) ?? '' };
}

function timeOf(text: string): string {
  return Number.isNaN(Date.parse(text)) ? '' : text;
}

/** The shortest address of a filter. */
export function writeFilter(filter: DeliveryFilter): URLSearchParams {
  const search = new URLSearchParams();
  for (const name of TEXTS) if (filter[name] !== '') search.set(name, filter[name]);
  for (const name of LISTS) for (const value of filter[name]) search.append(name, value);
  return search;
}

/** Only what is chosen, by the names that the API has for it: for its lists and for what is done to many. */
export function chosenOf(filter: DeliveryFilter): Record<string, string | readonly string[]> {
  return Object.fromEntries([...TEXTS.filter((name) => filter[name] !== ''), ...LISTS.filter((name) => filter[name].length > 0)].map((name) => [name, filter[name]]));
}

/** Whether anything but the state is chosen. */
export function isFiltered(filter: DeliveryFilter): boolean {
  return writeFilter({ ...filter, state: [] }).size > 0;
}

export function statesOf({ state }: DeliveryFilter): readonly DeliveryState[] {
  return state as readonly DeliveryState[];
}

const FIRST_YEAR = 1970;
const LAST_YEAR = 9999;

/** A moment as the browser's field for date and time has it, in the person's own zone. */
export function toField(time: string): string {
  if (time === '') return '';
  const at = new Date(time);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** None before the year is typed to its end. */
export function fromField(value: string): string {
  const at = new Date(value);
  const year = at.getFullYear();
  return year >= FIRST_YEAR && year <= LAST_YEAR ? at.toISOString() : '';
}

/** The filter of the list as it stands in the address: what is not known is left out, what is not said has a default. */
import { CATEGORIES, ISSUE_STATUSES, SEVERITIES } from '@tocsin/domain';

export const SORTS = {
  '-severity': 'Most severe first',
  '-firstSeen': 'Newest first',
  firstSeen: 'Oldest first',
  '-lastSeen': 'Last seen first',
  title: 'By title',
} as const;
export type Sort = keyof typeof SORTS;

export interface IssueFilter {
  q: string;
  severity: string[];
  category: string[];
  application: string[];
  tool: string[];
  status: string[];
  sort: Sort;
}

const LISTS = ['severity', 'category', 'application', 'tool', 'status'] as const;
export type ListFilter = (typeof LISTS)[number];

/** In the address, for issues of every status: without a word about it the open ones are shown. */
const ANY = 'any';

/** Filters with a closed set of values. */
const ALLOWED: Partial<Record<ListFilter, readonly string[]>> = { severity: SEVERITIES, category: CATEGORIES, status: ISSUE_STATUSES };

export const NO_FILTER: IssueFilter = { q: '', severity: [], category: [], application: [], tool: [], status: ['open'], sort: '-severity' };

export function readFilter(search: URLSearchParams): IssueFilter {
  const filter = { ...NO_FILTER, q: search.get('q') ?? '' };
  for (const name of LISTS) {
    const allowed = ALLOWED[name];
    const values = search.getAll(name).filter((value) => value !== '' && (allowed?.includes(value) ?? true));
    if (values.length > 0) filter[name] = values;
  }
  if (search.get('status') === ANY) filter.status = [];
  const sort = search.get('sort') ?? '';
  return Object.hasOwn(SORTS, sort) ? { ...filter, sort: sort as Sort } : filter;
}

/** The shortest address of a filter: defaults are left out. */
export function writeFilter(filter: IssueFilter): URLSearchParams {
  const search = new URLSearchParams();
  if (filter.q !== '') search.set('q', filter.q);
  for (const name of LISTS) {
    if (filter[name].join(',') !== NO_FILTER[name].join(',')) for (const value of filter[name]) search.append(name, value);
  }
  if (filter.status.length === 0) search.set('status', ANY);
  if (filter.sort !== NO_FILTER.sort) search.set('sort', filter.sort);
  return search;
}

/** The filter as the API understands it, which takes no status for open. */
export function queryOf(filter: IssueFilter): IssueFilter {
  return filter.status.length === 0 ? { ...filter, status: [...ISSUE_STATUSES] } : filter;
}

/** Whether anything but the order is chosen. */
export function isFiltered(filter: IssueFilter): boolean {
  return writeFilter({ ...filter, sort: NO_FILTER.sort }).size > 0;
}

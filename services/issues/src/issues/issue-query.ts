/** The filters of a list of issues, and the SQL that they stand for. */
import { IsIn, IsOptional, IsString, MaxLength } from 'class-validator';

import { Field, IsTime } from '@tocsin/contracts';
import { CATEGORIES, ISSUE_STATUSES, SEVERITIES, type Category, type IssueStatus, type Severity } from '@tocsin/domain';
import { CommaList, ListQuery, type Caller } from '@tocsin/platform';

import { IssuesInSight, type Condition } from './issue-conditions.js';

export const SORTS = ['-severity', 'severity', 'lastSeen', '-lastSeen', 'firstSeen', '-firstSeen', 'title', '-title'] as const;
export type IssueSort = (typeof SORTS)[number];

/** Query of `GET /v1/issues` and its facets: several values of one filter mean any of them, different filters all of them. */
export class IssueQuery extends ListQuery {
  @Field('How urgent they are.') @IsOptional() @CommaList() @IsIn(SEVERITIES, { each: true }) severity?: Severity[];
  @Field('Left out = `open`.') @IsOptional() @CommaList() @IsIn(ISSUE_STATUSES, { each: true }) status: IssueStatus[] = ['open'];
  @Field('What kind of problem they are.') @IsOptional() @CommaList() @IsIn(CATEGORIES, { each: true }) category?: Category[];
  @Field('Names of applications.') @IsOptional() @CommaList() @IsString({ each: true }) application?: string[];
  @Field('Scanners that found them; case does not matter.') @IsOptional() @CommaList() @IsString({ each: true }) tool?: string[];
  @Field('E-mail addresses of owners; case does not matter.') @IsOptional() @CommaList() @IsString({ each: true }) owner?: string[];
  @Field('Ids of vulnerabilities, such as `CVE-2021-44228`; case does not matter.') @IsOptional() @CommaList() @IsString({ each: true }) cve?: string[];
  @Field('Ids of rules.') @IsOptional() @CommaList() @IsString({ each: true }) rule?: string[];
  @Field('Paths of files, or of folders with all that is in them.') @IsOptional() @CommaList() @IsString({ each: true }) path?: string[];
  @Field('Parts of applications that scans speak for.') @IsOptional() @CommaList() @IsString({ each: true }) scope?: string[];
  @Field('Words that must all occur in title, rule, path, application, tool, CVE or CWE; case does not matter.') @IsOptional() @IsString() @MaxLength(200) q?: string;
  @Field('Only issues that were first seen after this moment.') @IsOptional() @IsTime() firstSeenAfter?: string;
  @Field('What comes first; a minus turns it round, so `-severity`, the order when left out, begins with the worst.') @IsOptional() @IsIn(SORTS) sort: IssueSort = '-severity';
}

export type IssueFilter = keyof Omit<IssueQuery, 'limit' | 'cursor' | 'sort'>;

type Filters = { [F in IssueFilter]: (values: NonNullable<IssueQuery[F]>) => Condition[] };

const anyOf = (column: string) => (values: readonly string[]): Condition[] => [{ sql: `${column} = any(?)`, value: values }];
const anyOfList = (field: string, normal: (value: string) => string) => (values: readonly string[]): Condition[] => [
  { sql: `content->'${field}' ?| ?::text[]`, value: values.map(normal) },
];

const FILTERS: Filters = {
  severity: anyOf(`content->>'severity'`),
  status: anyOf('status'),
  category: anyOf('category'),
  application: anyOf('application'),
  tool: (values) => [{ sql: 'lower(tool) = any(?)', value: values.map((value) => value.toLowerCase()) }],
  owner: anyOfList('owners', (value) => value.toLowerCase()),
  cve: anyOfList('cves', (value) => value.toUpperCase()),
  rule: anyOf('rule'),
  path: (values) => [{ sql: '(path = any(?) or path like any(?))', value: values, second: values.map((value) => `${likeText(value.replace(/\/$/, ''))}/%`) }],
  scope: anyOf('scope'),
  q: (text) => wordsOf(text).map((word) => ({ sql: 'search like ?', value: `%${likeText(word)}%` })),
  firstSeenAfter: (time) => [{ sql: 'first_seen > ?', value: time }],
};

/**
 * What the caller may see and asked for.
 * @param except a filter that is left out, so that a facet shows what else could be picked
 */
export function conditionsOf(query: IssueQuery, caller: Caller, except?: IssueFilter): IssuesInSight {
  const filters = (Object.keys(FILTERS) as IssueFilter[]).filter((name) => name !== except && query[name] !== undefined);
  return new IssuesInSight(caller, filters.flatMap((name) => FILTERS[name](query[name] as never)));
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().split(/\s+/).filter((word) => word !== '').slice(0, 10);
}

/** `text` with nothing in it that LIKE would take for a pattern. */
function likeText(text: string): string {
  return text.replace(/[\\%_]/g, String.raw`\$&`);
}

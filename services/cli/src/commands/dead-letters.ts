/** `tocsin dead-letters [list|replay|delete]`: what services could not handle, and what is to become of it. */
import type { DeadLetter } from '@tocsin/contracts';

import { CliFailure, EXIT, type ExitCode } from '../exit-code.js';
import { table } from '../output.js';
import type { Command, Given } from './command.js';

export const LETTER_ACTIONS = ['list', 'replay', 'delete'] as const;
export type LetterAction = (typeof LETTER_ACTIONS)[number];

export interface DeadLetterOptions {
  action: LetterAction;
  ids: readonly string[];
  reason?: string;
  queue?: string;
  type?: string;
  limit?: string;
  /** Where the page begins. */
  cursor?: string;
  /** Every letter that the filters match, instead of those that are named. */
  all?: true;
}

interface LetterPage {
  items: DeadLetter[];
  nextCursor: string | null;
  /** Services that could not be asked. */
  unavailable?: string[];
}

const FILTERS = ['reason', 'queue', 'type'] as const;
const PAGE = '200';

export const deadLetters: Command<DeadLetterOptions> = (given, options) => (options.action === 'list' ? list(given, options) : act(given, options.action, options));

async function list({ client, output }: Given, options: DeadLetterOptions): Promise<ExitCode> {
  if (options.ids.length > 0 || options.all) throw new CliFailure(EXIT.refused, 'To list takes filters: --reason, --queue, --type, --limit, --cursor.');
  const { limit = '50', cursor } = options;
  const page = await client.get<LetterPage>(`/v1/dead-letters?${queryOf(options, { limit, ...(cursor !== undefined && { cursor }) })}`);
  output.answer(page, () => [
    ...(page.items.length === 0
      ? ['No dead letters.']
      : table(['ID', 'RECEIVED', 'QUEUE', 'REASON', 'ERROR'], page.items.map(({ id, receivedAt, queue, reason, error }) => [id, receivedAt, queue, reason, error]))),
    ...(page.nextCursor === null ? [] : [`There are more: narrow with --reason, --queue or --type, raise --limit, or go on with --cursor ${page.nextCursor}`]),
    ...missing(page),
  ]);
  return EXIT.ok;
}

async function act(given: Given, action: Exclude<LetterAction, 'list'>, options: DeadLetterOptions): Promise<ExitCode> {
  const { client, output } = given;
  const ids = await chosen(given, options);
  const [done, gone]: [string[], string[]] = [[], []];
  for (const id of ids) {
    const path = `/v1/dead-letters/${encodeURIComponent(id)}`;
    const { status } = await (action === 'replay' ? client.call('POST', `${path}/replay`, { alsoGood: [404] }) : client.call('DELETE', path, { alsoGood: [404] }));
    (status === 404 ? gone : done).push(id);
  }
  const word = action === 'replay' ? 'Replayed' : 'Deleted';
  output.answer({ done, gone }, () => [`${word}: ${done.length}`, ...gone.map((id) => `Not there: ${id}`)]);
  return gone.length === 0 ? EXIT.ok : EXIT.no;
}

/** The letters that are meant: those that are named, or with --all those that the filters match now. */
async function chosen({ client }: Given, options: DeadLetterOptions): Promise<readonly string[]> {
  const isFiltered = FILTERS.some((filter) => options[filter] !== undefined);
  if (options.limit !== undefined || options.cursor !== undefined) throw new CliFailure(EXIT.refused, '--limit and --cursor are for listing: what is replayed or deleted is named, or is all that the filters match.');
  if (options.ids.length > 0 && (options.all || isFiltered)) throw new CliFailure(EXIT.refused, 'Either name letters, or choose them with --all and filters.');
  if (options.ids.length > 0) return options.ids;
  if (!options.all) throw new CliFailure(EXIT.refused, 'Name the letters, or say --all for every one that --reason, --queue and --type match.');
  const ids: string[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page: LetterPage = await client.get(`/v1/dead-letters?${queryOf(options, { limit: PAGE, ...(cursor !== '' && { cursor }) })}`);
    if (page.unavailable !== undefined) throw new CliFailure(EXIT.unavailable, `${missing(page).join('')} Nothing was changed; try again later.`);
    ids.push(...page.items.map(({ id }) => id));
    cursor = page.nextCursor;
  }
  return ids;
}

function queryOf(options: DeadLetterOptions, more: Record<string, string>): string {
  const given = FILTERS.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]]]));
  return new URLSearchParams([...given, ...Object.entries(more)] as [string, string][]).toString();
}

function missing({ unavailable = [] }: LetterPage): string[] {
  return unavailable.length === 0 ? [] : [`Not reachable, so not shown: ${unavailable.join(', ')}.`];
}

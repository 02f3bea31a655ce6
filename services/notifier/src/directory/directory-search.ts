/**
 * The picker's search over our copy. Closer matches are asked for first and the next ones only if those leave room, each by an
 * index and with a limit, so that it takes as long in a workspace of 100,000 channels as in a small one
 * (`migrations/directory-search.sql.ts`).
 */
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

import type { DestinationView } from '@tocsin/contracts';

import type { KnownConnection } from '../connections/connection.repository.js';
import { holds, ranked, type Candidate } from './destination-ranking.js';
import { channelView, personView } from './destination-view.js';
import type { ChannelRow, PersonRow } from './directory.repository.js';
import { RecentDestinations } from './recent-destinations.js';
import type { Kind, SearchTerm } from './search-term.js';

interface Found extends Candidate {
  view: DestinationView;
}

export interface Search {
  term: SearchTerm;
  kinds: readonly Kind[];
  limit: number;
}

type FoundChannel = ChannelRow & { sought: string; alike: number | null };
type FoundPerson = PersonRow & { sought: string; sought_name: string; sought_display: string; sought_real: string; alike: number | null };

/** Letters in a row that an index of trigrams can find anywhere in a name; shorter ones it finds at the beginning of a word. */
const HAS_TRIGRAM = /[\p{L}\p{N}]{3}/u;
const LETTERS = /^[\p{L}\p{M}\p{N} ]+$/u;
/** A mistyped digit is another number. */
const NUMBER = /\p{N}+/gu;

@Injectable()
export class DirectorySearch {
  constructor(
    private readonly database: DataSource,
    private readonly recents: RecentDestinations,
  ) {}

  async search(connection: KnownConnection, { term, kinds, limit }: Search): Promise<DestinationView[]> {
    const wanted = term.kind !== undefined && kinds.includes(term.kind) ? [term.kind] : kinds;
    const recent = await this.recents.of(connection.organizationId, connection.connectionId);
    const parameters = [connection.connectionId, ...parametersOf(term, limit), recent];
    const none = Promise.resolve([]);
    const [channels, people] = await Promise.all([
      wanted.includes('channel') ? this.database.query<FoundChannel[]>('select * from search_channels($1, $2, $3, $4, $5, $6, $7, $8, $9)', [...parameters, term.id ?? null]) : none,
      wanted.includes('user') ? this.database.query<FoundPerson[]>('select * from search_people($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)', [...parameters, term.id ?? null, term.email ?? null]) : none,
    ]);
    const candidates: Found[] = [...channels.map((row) => channelFound(row, connection)), ...people.map(personFound)];
    return ranked(candidates.filter((one) => isMeant(one, term)), { text: term.text, recent, ids: new Set(named(candidates, term)), limit }).map(({ view }) => view);
  }
}

/** What was sent to lately comes along whatever was typed. Who pastes an id or an address means that one. */
function isMeant(one: Found, term: SearchTerm): boolean {
  if (term.id === one.id || (term.email !== undefined && one.view.email?.toLowerCase() === term.email)) return true;
  return (term.id === undefined || term.text !== '') && (one.alike !== undefined || holds(one, term.text));
}

function named(candidates: readonly Found[], { id, email }: SearchTerm): string[] {
  return candidates.filter((one) => one.id === id || (email !== undefined && one.view.email?.toLowerCase() === email)).map((one) => one.id);
}

/** `$2` to `$7` of both searches; what is null is left out. */
function parametersOf({ text, id, email }: SearchTerm, limit: number): unknown[] {
  const length = Array.from(text).length;
  const pattern = text.replace(/[\\%_]/g, '\\$&');
  const isExact = id !== undefined || email !== undefined;
  const inside = HAS_TRIGRAM.test(text);
  const word = inside || (length === 2 && LETTERS.test(text));
  const alike = !isExact && inside && length >= 5 && length <= 60;
  const numbers = (text.match(NUMBER) ?? []).filter((number) => number.length >= 3).sort((a, b) => b.length - a.length);
  return [
    id !== undefined && text === '' ? null : text,
    word ? `% ${pattern}%` : null,
    inside ? `%${pattern}%` : null,
    alike ? text : null,
    `%${numbers[0] ?? ''}%`,
    limit,
  ];
}

function channelFound(row: FoundChannel, connection: KnownConnection): Found {
  const { channel_id: id, name, sought, is_archived: isArchived, is_member: isMember, alike } = row;
  return { id, kind: 'channel', name, names: [sought], isArchived, isMember, view: channelView(row, connection), ...(alike !== null && { alike }) };
}

function personFound(row: FoundPerson): Found {
  const view = personView(row);
  const names = [row.sought_name, row.sought_display, row.sought_real, row.sought];
  return { id: row.user_id, kind: 'user', name: view.name, names, isArchived: false, isMember: true, view, ...(row.alike !== null && { alike: row.alike }) };
}

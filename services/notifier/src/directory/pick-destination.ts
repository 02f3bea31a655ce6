/** The picker: what the copy holds for what was typed, what Slack knows of an exact id or address, and how far that can be trusted. */
import { Injectable } from '@nestjs/common';

import type { DestinationList, DestinationView } from '@tocsin/contracts';

import type { KnownConnection } from '../connections/connection.repository.js';
import { DirectoryListRepository } from './directory-list.repository.js';
import { DirectorySearch } from './directory-search.js';
import { DirectoryStatusQuery } from './directory-status.query.js';
import { DirectorySyncJob } from './directory-sync.job.js';
import { DirectoryRepository } from './directory.repository.js';
import { LookUp, type LookedUp } from './look-up.js';
import { searchTerm, type Kind, type SearchTerm } from './search-term.js';

const REASONS: Partial<Record<LookedUp, string>> = {
  late: 'Slack was asked for it and has not answered yet; look again in a moment.',
  unsure: 'It is not in our copy, and Slack could not be asked for it just now.',
  enough: 'It is not in our copy, and Slack was asked very often for you within a minute; look again in a moment.',
};

@Injectable()
export class PickDestination {
  constructor(
    private readonly searching: DirectorySearch,
    private readonly statuses: DirectoryStatusQuery,
    private readonly directory: DirectoryRepository,
    private readonly lists: DirectoryListRepository,
    private readonly lookUp: LookUp,
    private readonly sync: DirectorySyncJob,
  ) {}

  /** @param who whoever typed it */
  async pick(connection: KnownConnection, { typed, who }: { typed: string; who: string }, kinds: readonly Kind[], limit: number): Promise<DestinationList> {
    const term = await this.meant(connection.connectionId, searchTerm(typed));
    const search = (): Promise<DestinationView[]> => this.searching.search(connection, { term, kinds, limit });
    const [found, completeness, isOld] = await Promise.all([search(), this.statuses.completeness(connection, kinds), this.lists.refreshIfOld(connection.connectionId)]);
    if (isOld) this.sync.wake();
    if (found.some((one) => isExactly(one, term))) return { items: found, ...completeness };
    const lookedUp = await this.lookUp.exact(connection.connectionId, term, who);
    const reason = REASONS[lookedUp];
    return { items: lookedUp === 'found' ? await search() : found, ...completeness, ...(reason !== undefined && { reason }) };
  }

  /** Direct messages are with a person: that is who is meant. */
  private async meant(connectionId: string, term: SearchTerm): Promise<SearchTerm> {
    if (term.id?.startsWith('D') !== true) return term;
    const { id, ...rest } = term;
    const person = await this.directory.personOfDirectMessage(connectionId, id);
    return person === undefined ? rest : { ...rest, id: person };
  }
}

function isExactly(view: DestinationView, { id, email }: SearchTerm): boolean {
  return view.id === id || (email !== undefined && view.email?.toLowerCase() === email);
}

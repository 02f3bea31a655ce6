/** How far our copy of a workspace is, for the connection's page and for the picker. */
import { Injectable } from '@nestjs/common';

import type { DestinationList, DirectoryStatus } from '@tocsin/contracts';

import type { KnownConnection } from '../connections/connection.repository.js';
import { DirectoryListRepository } from './directory-list.repository.js';
import { completenessOf, statusOf } from './directory-progress.js';
import type { Kind } from './search-term.js';

@Injectable()
export class DirectoryStatusQuery {
  constructor(private readonly lists: DirectoryListRepository) {}

  async of(connection: KnownConnection): Promise<DirectoryStatus> {
    return statusOf(await this.lists.progress(connection.connectionId), canBeAsked(connection));
  }

  async completeness(connection: KnownConnection, kinds: readonly Kind[]): Promise<Omit<DestinationList, 'items'>> {
    return completenessOf(await this.lists.progress(connection.connectionId), kinds, canBeAsked(connection));
  }
}

function canBeAsked({ state }: KnownConnection): boolean {
  return state === 'active' || state === 'paused';
}

/** Takes in what connector says of a connection, from its events or asked for: whether it can send, and a directory to fill. */
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

import type { ConnectionChanged } from '@tocsin/contracts';
import { InternalClient } from '@tocsin/platform';

import { PostingJob } from '../deliveries/posting.job.js';
import { DirectoryRepository } from '../directory/directory.repository.js';
import { DirectorySyncJob } from '../directory/directory-sync.job.js';
import { ResolutionJob } from '../directory/resolution.job.js';
import { ConnectionRepository, type KnownConnection } from './connection.repository.js';
import { Credentials } from './credentials.js';
import { OwedTimeJob } from './owed-time.job.js';
import { ToldHolds } from './told-holds.repository.js';
import { ToldHoldsJob } from './told-holds.job.js';

@Injectable()
export class ConnectionNews {
  constructor(
    private readonly database: DataSource,
    private readonly connections: ConnectionRepository,
    private readonly credentials: Credentials,
    private readonly directory: DirectoryRepository,
    private readonly sync: DirectorySyncJob,
    private readonly posting: PostingJob,
    private readonly resolution: ResolutionJob,
    private readonly told: ToldHolds,
    private readonly telling: ToldHoldsJob,
    private readonly owed: OwedTimeJob,
    private readonly peers: InternalClient,
  ) {}

  async take(changed: ConnectionChanged): Promise<void> {
    this.credentials.forget(changed.id);
    const before = await this.connections.find(changed.organizationId, changed.id);
    await this.database.transaction(async (tx) => {
      const isNews = await this.connections.apply(tx, changed);
      if (isNews) await this.told.releaseFirst(tx, changed.id);
      const needsDirectory = changed.disconnected !== true && changed.health.state !== 'revoked' && before?.credentialVersion !== changed.credentialVersion;
      if (isNews && needsDirectory) await (seesTheSame(before, changed) ? this.directory.refresh(tx, changed.id) : this.directory.requestSync(tx, changed.id));
    });
    this.sync.wake();
    this.resolution.wake();
    this.telling.wake();
    this.owed.wake();
    this.posting.wake();
  }

  /** Asks connector for one connection. @returns false when it has none. @throws PeerUnavailable */
  async ask(connectionId: string): Promise<boolean> {
    const known = await this.peers.get<ConnectionChanged>('connector', `/internal/connections/${encodeURIComponent(connectionId)}`);
    if (known) await this.take(known);
    return known !== undefined;
  }

  /** A connection of this organization, asked from connector when its news has not come yet. @throws PeerUnavailable */
  async find(organizationId: string, connectionId: string): Promise<KnownConnection | undefined> {
    const known = await this.connections.find(organizationId, connectionId);
    if (known) return known;
    return (await this.ask(connectionId)) ? this.connections.find(organizationId, connectionId) : undefined;
  }

  /** As {@link find}, of what is connected: to whoever looks at it, what was disconnected is not there. @throws PeerUnavailable */
  async connected(organizationId: string, connectionId: string): Promise<KnownConnection | undefined> {
    const known = await this.find(organizationId, connectionId);
    if (known?.state !== 'disconnected') return known;
    await this.ask(connectionId); // it may have been connected again, and be looked at before its news has come
    const now = await this.connections.find(organizationId, connectionId);
    return now?.state === 'disconnected' ? undefined : now;
  }
}

/** Another token of the same app with the same scopes: what is being read can go on. */
function seesTheSame(before: KnownConnection | undefined, { bot, scopes }: ConnectionChanged): boolean {
  return before?.bot.userId === bot.userId && before.scopes.join() === scopes.join();
}

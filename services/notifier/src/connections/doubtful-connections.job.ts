/**
 * Asks connector about connections that we cannot be sure of: a command may come before the news of its connection, and
 * only connector's "no" fails it; and what an answer of Slack's stopped goes on if connector finds the credential good.
 */
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

import type { ConnectionChanged } from '@tocsin/contracts';
import { Audit, InternalClient, Job, LOGGER, Outbox, PeerUnavailable, type Logger } from '@tocsin/platform';

import { keyColumns, type DeliveryKey } from '../deliveries/delivery-key.js';
import { WAITING_IN_LANE } from '../deliveries/waiting-in-lane.js';
import { WaitingRepository, type Ending, type Which } from '../deliveries/waiting.repository.js';
import { ConnectionNews } from './connection-news.js';
import { ConnectionRepository } from './connection.repository.js';
import { auditOfForeign, logForeign, type ForeignCommand } from './foreign-command.js';

const NO_CONNECTION = { code: 'connection_not_found', message: 'The connection does not exist in this organization.', remedy: 'Connect the workspace under Connectors › Dev Alerts › Slack and send again.' };
const ENDING: Ending = { state: 'failed', error: NO_CONNECTION };
/** A command may slip in while its connection is being learnt. */
const LOOK_AGAIN_MS = 30_000;

@Injectable()
export class DoubtfulConnectionsJob extends Job {
  private knowsAll = false;
  private lookedAt = -LOOK_AGAIN_MS;
  private isStopping = false;

  constructor(
    private readonly connections: ConnectionRepository,
    private readonly news: ConnectionNews,
    private readonly waiting: WaitingRepository,
    private readonly outbox: Outbox,
    private readonly peers: InternalClient,
    private readonly audit: Audit,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    super('doubtful connections', 1000, logger);
  }

  override async onModuleDestroy(): Promise<void> {
    this.isStopping = true;
    await super.onModuleDestroy();
  }

  async pass(): Promise<undefined> {
    await this.whileConnectorAnswers(() => this.learnAll());
    const doubtful = await this.connections.takeDoubtful();
    for (const connectionId of doubtful) {
      if (this.isStopping) return; // each question may take seconds while connector does not answer
      await this.whileConnectorAnswers(() => this.learn(connectionId));
    }
    if (doubtful.length > 0 || performance.now() - this.lookedAt > LOOK_AGAIN_MS) await this.failOfNobody();
  }

  private async whileConnectorAnswers(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof PeerUnavailable)) throw error;
      this.logger.debug({ err: error }, 'connector is asked again later');
    }
  }

  /** Once after the start: news that was said before there was a queue for it. */
  private async learnAll(): Promise<void> {
    if (this.knowsAll) return;
    const all = await this.peers.get<{ items: ConnectionChanged[] }>('connector', '/internal/connections');
    for (const connection of all?.items ?? []) await this.news.take(connection);
    this.knowsAll = true;
  }

  private async learn(connectionId: string): Promise<void> {
    if (!(await this.news.ask(connectionId))) await this.outbox.transaction((tx) => this.connections.markNotFound(tx, connectionId));
  }

  /** Deliveries that came before we knew whose their connection is, and turned out to be of nobody or of somebody else. */
  private async failOfNobody(): Promise<void> {
    this.lookedAt = performance.now();
    await this.waiting.endAll(ENDING, waitingWhere(`c.state = 'not_found'`));
    await this.waiting.endAll(ENDING, waitingWhere('c.organization_id <> l.organization_id'), (tx, ended) => this.auditForeign(tx, ended));
  }

  /** What a command is refused for at once, where it is known whose connection it names. */
  private async auditForeign(tx: EntityManager, ended: readonly DeliveryKey[]): Promise<void> {
    const foreign = await tx.query<ForeignCommand[]>(
      `select d.delivery_id as "commandId", d.organization_id as "organizationId", d.connection_id as "connectionId", d.source_kind as source
       from unnest($1::text[], $2::text[]) e (organization_id, delivery_id) join ledger d using (organization_id, delivery_id)`,
      keyColumns(ended),
    );
    for (const command of foreign) await this.audit.record(tx, auditOfForeign(command));
    this.outbox.onCommitOf(tx, () => { for (const command of foreign) logForeign(this.logger, command); });
  }
}

/** @param whose a condition on `c`, a connection, and `l`, a lane of it */
function waitingWhere(whose: string): Which {
  return { condition: `d.lane_id = any(array(select l.lane_id from lanes l join connections c using (connection_id) where l.active and ${whose})) and ${WAITING_IN_LANE}`, parameters: [] };
}

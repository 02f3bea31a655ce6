/**
 * Wakes whoever reads the feed of changes, in every replica. It carries nothing and promises nothing: readers look by the
 * clock as well. It rings after commits, never in them, and at most every 100 ms: PostgreSQL commits one NOTIFY at a time.
 */
import { Inject, Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import pg from 'pg';
import { DataSource } from 'typeorm';

import { LOGGER, Outbox, type Logger } from '@tocsin/platform';

import { NotifierConfig } from '../notifier.config.js';

const CHANNEL = 'tocsin_deliveries';
const RING_MS = 100;
const CONNECT_MS = 5000;

@Injectable()
export class ChangeBell implements BeforeApplicationShutdown {
  private due: NodeJS.Timeout | undefined;
  private ear: pg.Client | undefined;

  constructor(
    private readonly database: DataSource,
    private readonly config: NotifierConfig,
    @Inject(LOGGER) private readonly logger: Logger,
    outbox: Outbox,
  ) {
    outbox.onCommit(() => { this.ring(); });
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearTimeout(this.due);
    await this.stopListening();
  }

  private ring(): void {
    this.due ??= setTimeout(() => {
      this.due = undefined;
      this.database.query(`select pg_notify($1, '')`, [CHANNEL]).catch((error: unknown) => { this.logger.debug({ err: error }, 'readers of changes were not woken'); });
    }, RING_MS);
  }

  /** Listens unless it does already, on a connection of its own. Where that cannot be had now, it is tried at the next call. */
  async listen(heard: () => void): Promise<void> {
    if (this.ear) return;
    const ear = new pg.Client({ connectionString: this.config.DATABASE_URL, connectionTimeoutMillis: CONNECT_MS, keepAlive: true, application_name: 'tocsin-notifier-stream' });
    this.ear = ear;
    const lost = (): void => { if (this.ear === ear) this.ear = undefined; };
    ear.on('error', lost).on('end', lost).on('notification', heard);
    try {
      await ear.connect();
      await ear.query(`listen ${CHANNEL}`);
    } catch (error) {
      lost();
      await ear.end().catch(() => undefined);
      this.logger.debug({ err: error }, 'changes are looked for by the clock alone');
    }
  }

  async stopListening(): Promise<void> {
    const { ear } = this;
    this.ear = undefined;
    await ear?.end().catch(() => undefined);
  }
}

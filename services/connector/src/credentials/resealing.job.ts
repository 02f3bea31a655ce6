/**
 * After a new key came before the old one in ENCRYPTION_KEYS: seals anew what the old one sealed, a few rows at a time, so that
 * the old key can be removed. Replicas share the work by skipping what another has; one that still seals with the old key is
 * waited for, else the two would undo each other's work.
 */
import { randomUUID } from 'node:crypto';

import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

import { Job, LOGGER, SecretBox, type Logger } from '@tocsin/platform';

import { Credentials } from './credentials.js';
import { KeyRingRepository, type StoredSecrets } from './key-ring.repository.js';

const IDLE_MS = 5000;
const BATCH = 50;

@Injectable()
export class ResealingJob extends Job {
  private readonly processId = randomUUID();
  private afterId = '';
  /** Connections that were left when it was told last. */
  private left = 0;
  /** Rows that do not open, told once. */
  private readonly broken = new Set<string>();

  constructor(
    private readonly database: DataSource,
    private readonly keys: KeyRingRepository,
    private readonly credentials: Credentials,
    private readonly secrets: SecretBox,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    super('resealing', IDLE_MS, logger);
  }

  override async onModuleDestroy(): Promise<void> {
    await super.onModuleDestroy();
    await this.keys.gone(this.processId).catch(() => undefined); // the others find out by themselves
  }

  async pass(): Promise<boolean> {
    const keyId = this.secrets.currentKeyId;
    await this.keys.seen(this.processId, keyId);
    const batch = await this.database.transaction(async (tx) => {
      const outdated = await this.keys.lockOutdated(tx, keyId, { afterId: this.afterId, limit: BATCH });
      for (const resealed of outdated.map((stored) => this.reseal(stored))) if (resealed) await this.keys.keep(tx, resealed);
      return outdated;
    });
    const hasMore = batch.length === BATCH;
    this.afterId = hasMore ? (batch.at(-1)?.connectionId ?? '') : '';
    await this.report(keyId, batch.length);
    return hasMore;
  }

  private reseal(stored: StoredSecrets): StoredSecrets | undefined {
    const { connectionId, organizationId } = stored;
    try {
      return { ...stored, ...this.credentials.reseal(stored, stored) };
    } catch (error) {
      if (!this.broken.has(connectionId)) this.logger.error({ err: error, connectionId, organizationId }, 'a stored token does not open and cannot be sealed anew; connect the workspace again');
      this.broken.add(connectionId);
      return undefined;
    }
  }

  /** Few connections are sealed anew in one pass, before it was told that there are any. */
  private async report(keyId: string, tried: number): Promise<void> {
    const left = await this.keys.countOthers(keyId);
    if (left === this.left && (left > 0 || tried === 0)) return;
    this.left = left;
    this.logger.info({ keyId, left }, left === 0 ? 'the tokens of every connection are sealed with the first key of ENCRYPTION_KEYS; the others can be removed' : 'tokens are sealed anew with the first key of ENCRYPTION_KEYS');
  }
}

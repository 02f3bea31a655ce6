/** An organization's settings for deliveries: what to do when Slack's answer is lost, the leak guard, how long deliveries are kept. */
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { DataSource, type EntityManager } from 'typeorm';

import type { DeliverySettings } from '@tocsin/contracts';
import { DEFAULT_LEAK_GUARD, type DeliverySource, type UnconfirmedPolicy } from '@tocsin/domain';

export const DEFAULT_DELIVERY_SETTINGS: DeliverySettings = {
  unconfirmed: { workflow: 'resend', manual: 'hold' },
  leakGuard: {
    public: { severities: [...DEFAULT_LEAK_GUARD.public.severities], categories: [...DEFAULT_LEAK_GUARD.public.categories] },
    shared: { severities: [...DEFAULT_LEAK_GUARD.shared.severities], categories: [...DEFAULT_LEAK_GUARD.shared.categories] },
  },
  retentionDays: 90,
};

/** How long a replica may go on with settings that another one has changed. */
const FRESH_MS = 5000;

@Injectable()
export class DeliverySettingsRepository {
  private readonly known = new LRUCache<string, Promise<DeliverySettings>>({ max: 10_000, ttl: FRESH_MS });

  constructor(private readonly database: DataSource) {}

  async of(organizationId: string): Promise<DeliverySettings> {
    const known = this.known.get(organizationId);
    if (known) return known;
    const settings = this.read(organizationId);
    this.known.set(organizationId, settings);
    settings.catch(() => this.known.delete(organizationId));
    return settings;
  }

  /** As they are now, past every cache. */
  async read(organizationId: string, within: Pick<EntityManager, 'query'> = this.database): Promise<DeliverySettings> {
    const [row] = await within.query<{ settings: DeliverySettings }[]>('select settings from delivery_settings where organization_id = $1', [organizationId]);
    return row?.settings ?? DEFAULT_DELIVERY_SETTINGS;
  }

  async save(tx: EntityManager, organizationId: string, settings: DeliverySettings): Promise<void> {
    await tx.query(
      `insert into delivery_settings (organization_id, settings) values ($1, $2)
       on conflict (organization_id) do update set settings = excluded.settings, updated_at = now()`,
      [organizationId, JSON.stringify(settings)],
    );
  }

  /** To be said once a change is committed, or nobody knows whether it is: what is read before would be kept as it was. */
  forget(organizationId: string): void {
    this.known.delete(organizationId);
  }
}

/** What to do with a message of this source when Slack may have it: a person who sent it by hand decides herself. */
export function unconfirmedPolicy({ unconfirmed }: DeliverySettings, source: DeliverySource): UnconfirmedPolicy {
  return source.kind === 'manual' || source.kind === 'test' ? unconfirmed.manual : unconfirmed.workflow;
}

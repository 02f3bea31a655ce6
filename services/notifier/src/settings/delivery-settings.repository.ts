/** An organization's settings for deliveries: what to do when Slack's answer is lost, and the leak guard. */
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { DataSource } from 'typeorm';

import { DEFAULT_LEAK_GUARD, type DeliverySource, type LeakGuardRule, type UnconfirmedPolicy } from '@tocsin/domain';

export interface DeliverySettings {
  unconfirmed: { workflow: UnconfirmedPolicy; manual: UnconfirmedPolicy };
  leakGuard: LeakGuardRule;
}

export const DEFAULT_DELIVERY_SETTINGS: DeliverySettings = { unconfirmed: { workflow: 'resend', manual: 'hold' }, leakGuard: DEFAULT_LEAK_GUARD };

/** How long a replica may go on with settings that another one has changed. */
const FRESH_MS = 5000;

@Injectable()
export class DeliverySettingsRepository {
  private readonly known = new LRUCache<string, DeliverySettings>({ max: 10_000, ttl: FRESH_MS });

  constructor(private readonly database: DataSource) {}

  async of(organizationId: string): Promise<DeliverySettings> {
    const known = this.known.get(organizationId);
    if (known) return known;
    const [row] = await this.database.query<{ settings: Partial<DeliverySettings> }[]>('select settings from delivery_settings where organization_id = $1', [organizationId]);
    const settings = { ...DEFAULT_DELIVERY_SETTINGS, ...row?.settings };
    this.known.set(organizationId, settings);
    return settings;
  }
}

/** What to do with a message of this source when Slack may have it: a person who sent it by hand decides herself. */
export function unconfirmedPolicy({ unconfirmed }: DeliverySettings, source: DeliverySource): UnconfirmedPolicy {
  return source.kind === 'manual' || source.kind === 'test' ? unconfirmed.manual : unconfirmed.workflow;
}

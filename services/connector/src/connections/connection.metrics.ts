/** How many connections there are, by health and by kind. Labels are bounded: never an organization or a workspace. */
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { DataSource } from 'typeorm';

import { CONNECTION_METHODS, HEALTH_STATES } from '@tocsin/domain';
import { Metrics } from '@tocsin/platform';

@Injectable()
export class ConnectionMetrics implements OnApplicationBootstrap {
  constructor(
    private readonly metrics: Metrics,
    private readonly database: DataSource,
  ) {}

  onApplicationBootstrap(): void {
    this.metrics.gaugeBy('tocsin_connections', 'Connections by health.', 'health', () =>
      this.database.query<{ health: string; count: number }[]>(
        `select state as health, count(c.id)::int as count from unnest($1::text[]) state
         left join connections c on c.health->>'state' = state and c.disconnected_at is null group by state`,
        [HEALTH_STATES],
      ));
    this.metrics.gaugeBy('tocsin_connector_healthy', 'Connections without any trouble, by how they were made.', 'connector_kind', () =>
      this.database.query<{ connector_kind: string; count: number }[]>(
        `select 'slack_' || kind as connector_kind, count(c.id)::int as count from unnest($1::text[]) kind
         left join connections c on c.method = kind and c.health->>'state' = 'connected' and c.disconnected_at is null group by kind`,
        [CONNECTION_METHODS],
      ));
  }
}

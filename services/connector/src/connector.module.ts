/** The wiring of connector. */
import { Module, type DynamicModule } from '@nestjs/common';
import { DataSource } from 'typeorm';

import { PlatformModule, type ServiceRuntime } from '@tocsin/platform';

import { ApiKeyRepository } from './api-keys/api-key.repository.js';
import { ApiKeysController } from './api-keys/api-keys.controller.js';
import { InternalApiKeysController } from './api-keys/internal-api-keys.controller.js';
import { CheckConnection } from './connections/check-connection.js';
import { CheckSchedule } from './connections/check-schedule.repository.js';
import { ChecksJob } from './connections/checks.job.js';
import { Connect } from './connections/connect.js';
import { ConnectionActionsController } from './connections/connection-actions.controller.js';
import { ConnectionJournal } from './connections/connection-journal.js';
import { ConnectionMetrics } from './connections/connection.metrics.js';
import { ConnectionReportedConsumer } from './connections/connection-reported.consumer.js';
import { ConnectionRepository } from './connections/connection.repository.js';
import { ConnectionsController } from './connections/connections.controller.js';
import { CredentialRepository } from './credentials/credential.repository.js';
import { Credentials } from './credentials/credentials.js';
import { KeyRingCheck } from './credentials/key-ring-check.js';
import { KeyRingRepository } from './credentials/key-ring.repository.js';
import { RenewToken } from './credentials/renew-token.js';
import { RenewalJob } from './credentials/renewal.job.js';
import { ResealingJob } from './credentials/resealing.job.js';
import { Disconnect } from './connections/disconnect.js';
import { InternalConnectionsController } from './connections/internal-connections.controller.js';
import { PauseConnection } from './connections/pause-connection.js';
import { ReplaceConnectionToken } from './connections/replace-connection-token.js';
import type { ConnectorConfig } from './connector.config.js';
import { ManifestController } from './manifest/manifest.controller.js';
import { Initial1732460000000 } from './migrations/1732460000000-initial.js';
import { DeadLetters1764028800000 } from './migrations/1764028800000-dead-letters.js';
import { Checks1764201600000 } from './migrations/1764201600000-checks.js';
import { AuditOfTarget1764202600000 } from './migrations/1764202600000-audit-of-target.js';
import { OutboxByKind1764310510000 } from './migrations/1764310510000-outbox-by-kind.js';
import { Installer1764310700000 } from './migrations/1764310700000-installer.js';
import { Rotation1764201700000 } from './migrations/1764201700000-rotation.js';
import { FinishInstallation } from './oauth/finish-installation.js';
import { OAuthStateRepository } from './oauth/oauth-state.repository.js';
import { OAuthController } from './oauth/oauth.controller.js';
import { SlackAccess } from './slack-access.js';
import { ReportNews } from './slack-events/report-news.js';
import { RevokeInstallations } from './slack-events/revoke-installations.js';
import { SlackEventsController } from './slack-events/slack-events.controller.js';

@Module({})
export class ConnectorModule {
  static register(config: ConnectorConfig, runtime: ServiceRuntime): DynamicModule {
    return {
      module: ConnectorModule,
      imports: [PlatformModule.forService({ service: 'connector', config, runtime, migrations: [Initial1732460000000, DeadLetters1764028800000, Checks1764201600000, Rotation1764201700000, AuditOfTarget1764202600000, OutboxByKind1764310510000, Installer1764310700000] })],
      controllers: [
        OAuthController, ConnectionsController, ConnectionActionsController, ConnectionReportedConsumer, InternalConnectionsController,
        ManifestController, SlackEventsController, ApiKeysController, InternalApiKeysController,
      ],
      providers: [
        { provide: SlackAccess, useValue: new SlackAccess(config, runtime.logger) },
        { provide: CheckSchedule, useFactory: (database: DataSource) => new CheckSchedule(database, config.CONNECTION_CHECK_SECONDS), inject: [DataSource] },
        ConnectionRepository, CredentialRepository, Credentials, RenewToken, RenewalJob, KeyRingRepository, KeyRingCheck, ResealingJob, ConnectionJournal, Connect, CheckConnection, ChecksJob, ConnectionMetrics, ReplaceConnectionToken, PauseConnection, Disconnect,
        OAuthStateRepository, FinishInstallation, RevokeInstallations, ReportNews, ApiKeyRepository,
      ],
    };
  }
}

import { Module, type DynamicModule } from '@nestjs/common';

import { PlatformModule, type ServiceRuntime } from '@tocsin/platform';

import { Initial1732460000000 } from './migrations/1732460000000-initial.js';
import { DeadLetters1764028800000 } from './migrations/1764028800000-dead-letters.js';
import { AuditOfTarget1764202600000 } from './migrations/1764202600000-audit-of-target.js';
import { OutboxByKind1764310510000 } from './migrations/1764310510000-outbox-by-kind.js';
import type { WorkflowsConfig } from './workflows.config.js';
import { WorkflowsController } from './workflows.controller.js';

@Module({})
export class WorkflowsModule {
  static register(config: WorkflowsConfig, runtime: ServiceRuntime): DynamicModule {
    return {
      module: WorkflowsModule,
      imports: [PlatformModule.forService({ service: 'workflows', config, runtime, migrations: [Initial1732460000000, DeadLetters1764028800000, AuditOfTarget1764202600000, OutboxByKind1764310510000] })],
      controllers: [WorkflowsController],
    };
  }
}

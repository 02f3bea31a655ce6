/** Wires issues: the only file here that knows everyone. */
import { Module, type DynamicModule } from '@nestjs/common';

import { PlatformModule, type ServiceRuntime } from '@tocsin/platform';

import { ApplicationRepository } from './applications/application.repository.js';
import { ApplicationsController } from './applications/applications.controller.js';
import { ConnectionConsumer } from './connections/connection.consumer.js';
import { ConnectionRepository } from './connections/connection.repository.js';
import { EventsConsumer } from './events/events.consumer.js';
import { EventsController } from './events/events.controller.js';
import { TakeEvent } from './events/take-event.js';
import { Intake } from './intake/intake.js';
import { EditIssueByHand } from './issues/edit-issue.js';
import { IssueRepository } from './issues/issue.repository.js';
import { IssuesController } from './issues/issues.controller.js';
import { IssuesConfig } from './issues.config.js';
import { Initial1732460000000 } from './migrations/1732460000000-initial.js';
import { DeadLetters1764028800000 } from './migrations/1764028800000-dead-letters.js';
import { AuditOfTarget1764202600000 } from './migrations/1764202600000-audit-of-target.js';
import { EndedCommands1764309500000 } from './migrations/1764309500000-ended-commands.js';
import { OutboxByKind1764310510000 } from './migrations/1764310510000-outbox-by-kind.js';
import { CancelScan } from './scans/cancel-scan.js';
import { GoneIssues } from './scans/gone-issues.js';
import { ReceiveScan } from './scans/receive-scan.js';
import { ScanJob } from './scans/scan.job.js';
import { ScanRepository } from './scans/scan.repository.js';
import { ScanWorkRepository } from './scans/scan-work.repository.js';
import { ScansController } from './scans/scans.controller.js';
import { WorkThroughScan } from './scans/work-through-scan.js';
import { CommandRepository } from './sending/command.repository.js';
import { CommandsController } from './sending/commands.controller.js';
import { DeliveryConsumer } from './sending/delivery.consumer.js';
import { OwnersInSlack } from './sending/owners-in-slack.js';
import { RetirementJob } from './sending/retirement.job.js';
import { SendByHand } from './sending/send-by-hand.js';
import { SendingController } from './sending/sending.controller.js';

@Module({})
export class IssuesModule {
  static register(config: IssuesConfig, runtime: ServiceRuntime): DynamicModule {
    return {
      module: IssuesModule,
      imports: [PlatformModule.forService({ service: 'issues', config, runtime, migrations: [Initial1732460000000, DeadLetters1764028800000, AuditOfTarget1764202600000, EndedCommands1764309500000, OutboxByKind1764310510000] })],
      controllers: [
        EventsController, ScansController, IssuesController, ApplicationsController, SendingController, CommandsController,
        EventsConsumer, ConnectionConsumer, DeliveryConsumer,
      ],
      providers: [
        { provide: IssuesConfig, useValue: config },
        ApplicationRepository, ConnectionRepository, IssueRepository, CommandRepository, ScanRepository, ScanWorkRepository, GoneIssues,
        Intake, TakeEvent, EditIssueByHand, ReceiveScan, CancelScan, WorkThroughScan, ScanJob, SendByHand, OwnersInSlack, RetirementJob,
      ],
    };
  }
}

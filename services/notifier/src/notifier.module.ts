/** The wiring of notifier. */
import { Module, type DynamicModule } from '@nestjs/common';

import { PlatformModule, type ServiceRuntime } from '@tocsin/platform';

import { BreakerRepository } from './breaker/breaker.repository.js';
import { ConnectionHolds } from './connections/connection-holds.js';
import { ConnectionConsumer } from './connections/connection.consumer.js';
import { ConnectionNews } from './connections/connection-news.js';
import { ConnectionRepository } from './connections/connection.repository.js';
import { Credentials } from './connections/credentials.js';
import { DoubtfulConnectionsJob } from './connections/doubtful-connections.job.js';
import { OwedTimeJob } from './connections/owed-time.job.js';
import { SlackDoors } from './connections/slack-doors.js';
import { ToldHolds } from './connections/told-holds.repository.js';
import { ToldHoldsJob } from './connections/told-holds.job.js';
import { ArrivalRepository } from './deliveries/arrival.repository.js';
import { DeliveryLog } from './deliveries/delivery-log.js';
import { DeliveryMetrics } from './deliveries/delivery.metrics.js';
import { LaneRepository } from './deliveries/lane.repository.js';
import { PostDelivery } from './deliveries/post-delivery.js';
import { PostingJob } from './deliveries/posting.job.js';
import { ResultRecorder } from './deliveries/result-recorder.js';
import { RetirementJob } from './deliveries/retirement.job.js';
import { SendLane } from './deliveries/send-lane.js';
import { SendToSlackConsumer } from './deliveries/send-to-slack.consumer.js';
import { SweepJob } from './deliveries/sweep.job.js';
import { TestMessageController } from './deliveries/test-message.controller.js';
import { WaitingRepository } from './deliveries/waiting.repository.js';
import { DigestEndRepository } from './digests/digest-end.repository.js';
import { DigestMembersRepository } from './digests/digest-members.repository.js';
import { DigestWriter } from './digests/digest-writer.js';
import { Folding } from './digests/folding.js';
import { PausedMembers } from './digests/paused-members.js';
import { SettlingJob } from './digests/settling.job.js';
import { RenewDigest } from './digests/renew-digest.js';
import { TakeApart } from './digests/take-apart.js';
import { UntoldMembers } from './digests/untold-members.js';
import { DESTINATION_CONTROLLERS, DESTINATION_PROVIDERS } from './destinations/destination-parts.js';
import { DirectoryController } from './directory/directory.controller.js';
import { DirectoryListRepository } from './directory/directory-list.repository.js';
import { DirectoryRepository } from './directory/directory.repository.js';
import { DirectorySearch } from './directory/directory-search.js';
import { DirectoryStatusQuery } from './directory/directory-status.query.js';
import { DirectorySweepJob } from './directory/directory-sweep.job.js';
import { DirectorySyncJob } from './directory/directory-sync.job.js';
import { LaneMoves } from './directory/lane-moves.js';
import { LookUp } from './directory/look-up.js';
import { PeopleController } from './directory/people.controller.js';
import { PickDestination } from './directory/pick-destination.js';
import { ChannelReadership } from './directory/readership.js';
import { RecentDestinations } from './directory/recent-destinations.js';
import { ResolutionJob } from './directory/resolution.job.js';
import { ResolveAddress } from './directory/resolve-address.js';
import { LEDGER_CONTROLLERS, LEDGER_PROVIDERS } from './ledger/ledger-parts.js';
import { LIVING_CONTROLLERS, LIVING_PROVIDERS } from './living/living-parts.js';
import { MIGRATIONS } from './migrations/migrations.js';
import { NotifierConfig } from './notifier.config.js';
import { DeliverySettingsController } from './settings/delivery-settings.controller.js';
import { DeliverySettingsRepository } from './settings/delivery-settings.repository.js';

@Module({})
export class NotifierModule {
  static register(config: NotifierConfig, runtime: ServiceRuntime): DynamicModule {
    return {
      module: NotifierModule,
      imports: [PlatformModule.forService({ service: 'notifier', config, runtime, migrations: MIGRATIONS })],
      controllers: [SendToSlackConsumer, ConnectionConsumer, ...LIVING_CONTROLLERS, ...LEDGER_CONTROLLERS, TestMessageController, DirectoryController, PeopleController, ...DESTINATION_CONTROLLERS, DeliverySettingsController],
      providers: [
        { provide: NotifierConfig, useValue: config },
        ConnectionRepository, ConnectionHolds, ConnectionNews, Credentials, SlackDoors, DoubtfulConnectionsJob, ToldHolds, ToldHoldsJob, OwedTimeJob,
        ArrivalRepository, LaneRepository, WaitingRepository, DeliveryLog, DeliveryMetrics,
        ...LEDGER_PROVIDERS,
        PostDelivery, ResultRecorder, SendLane, BreakerRepository, PostingJob, SweepJob, RetirementJob, DeliverySettingsRepository,
        DigestMembersRepository, DigestEndRepository, DigestWriter, PausedMembers, UntoldMembers, RenewDigest, Folding, TakeApart, SettlingJob,
        ...LIVING_PROVIDERS,
        ...DESTINATION_PROVIDERS,
        DirectoryRepository, DirectoryListRepository, DirectorySearch, RecentDestinations, PickDestination, DirectoryStatusQuery, DirectorySyncJob, DirectorySweepJob, LaneMoves, LookUp, ChannelReadership, ResolveAddress, ResolutionJob,
      ],
    };
  }
}

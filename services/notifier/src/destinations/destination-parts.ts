/** What destinations consist of, for the wiring. */
import { CompareWithDirectory } from './compare-with-directory.js';
import { CopiedByEventRepository } from './copied-by-event.repository.js';
import { DestinationRepository } from './destination.repository.js';
import { DestinationUpkeepJob } from './destination-upkeep.job.js';
import { HearOfDestinations } from './hear-of-destinations.js';
import { SendAgainAtNewId } from './send-again-at-new-id.js';
import { SlackEventsConsumer } from './slack-events.consumer.js';
import { TakeChannelReport } from './take-channel-report.js';
import { TakePersonReport } from './take-person-report.js';
import { UsedDestinationsController } from './used-destinations.controller.js';
import { UsedDestinationsQuery } from './used-destinations.query.js';

export const DESTINATION_CONTROLLERS = [SlackEventsConsumer, UsedDestinationsController];
export const DESTINATION_PROVIDERS = [DestinationRepository, HearOfDestinations, TakeChannelReport, TakePersonReport, CopiedByEventRepository, CompareWithDirectory, SendAgainAtNewId, DestinationUpkeepJob, UsedDestinationsQuery];

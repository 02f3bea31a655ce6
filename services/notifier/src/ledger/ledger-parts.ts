/** What the ledger consists of, for the wiring. Routes with a name come before those with an id. */
import { AnswersInThread } from './answers-in-thread.repository.js';
import { BulkCancellation } from './bulk-cancellation.js';
import { BulkController } from './bulk.controller.js';
import { ChangeBell } from './change-bell.js';
import { ChangeFeed } from './change-feed.js';
import { DeliveryActions } from './delivery.actions.js';
import { DeliveryController } from './delivery.controller.js';
import { DeliveryCountsQueries } from './delivery-counts.queries.js';
import { DeliveryListQuery } from './delivery-list.query.js';
import { DeliveryMessageQuery } from './delivery-message.query.js';
import { DeliveryQueries } from './delivery.queries.js';
import { FeedIds } from './feed-ids.js';
import { FeedRepository } from './feed.repository.js';
import { PauseJob } from './pause.job.js';
import { PauseRepository } from './pause.repository.js';
import { PausesController } from './pauses.controller.js';
import { ReplayJob } from './replay.job.js';
import { ReplayRepository } from './replay.repository.js';
import { Retraction } from './retraction.js';
import { RetractionLease } from './retraction-lease.repository.js';
import { RetractionWaits } from './retraction-waits.repository.js';
import { StreamController } from './stream.controller.js';

export const LEDGER_CONTROLLERS = [StreamController, PausesController, BulkController, DeliveryController];
export const LEDGER_PROVIDERS = [
  DeliveryQueries, DeliveryListQuery, DeliveryCountsQueries, DeliveryMessageQuery, DeliveryActions, Retraction, RetractionLease, RetractionWaits, AnswersInThread, BulkCancellation, ReplayRepository, ReplayJob, PauseRepository, PauseJob,
  FeedRepository, FeedIds, ChangeBell, ChangeFeed,
];

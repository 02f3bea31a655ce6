/** What the ledger consists of, for the wiring. Routes with a name come before those with an id. */
import { ChangeBell } from './change-bell.js';
import { ChangeFeed } from './change-feed.js';
import { DeliveryActions } from './delivery.actions.js';
import { DeliveryController } from './delivery.controller.js';
import { DeliveryQueries } from './delivery.queries.js';
import { FeedRepository } from './feed.repository.js';
import { StreamController } from './stream.controller.js';

export const LEDGER_CONTROLLERS = [StreamController, DeliveryController];
export const LEDGER_PROVIDERS = [DeliveryQueries, DeliveryActions, FeedRepository, ChangeBell, ChangeFeed];

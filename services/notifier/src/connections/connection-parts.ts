/** What connections consist of, for the wiring. */
import { ConnectionHolds } from './connection-holds.js';
import { ConnectionNews } from './connection-news.js';
import { ConnectionConsumer } from './connection.consumer.js';
import { ConnectionRepository } from './connection.repository.js';
import { Credentials } from './credentials.js';
import { DoubtfulConnectionsJob } from './doubtful-connections.job.js';
import { OwedTimeJob } from './owed-time.job.js';
import { SlackDoors } from './slack-doors.js';
import { ToldHoldsJob } from './told-holds.job.js';
import { ToldHolds } from './told-holds.repository.js';

export const CONNECTION_CONTROLLERS = [ConnectionConsumer];
export const CONNECTION_PROVIDERS = [ConnectionRepository, ConnectionHolds, ConnectionNews, Credentials, SlackDoors, DoubtfulConnectionsJob, ToldHolds, ToldHoldsJob, OwedTimeJob];

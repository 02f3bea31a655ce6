/** What the way of a message consists of, for the wiring. */
import { ArrivalRepository } from './arrival.repository.js';
import { DeliveryLog } from './delivery-log.js';
import { DeliveryMetrics } from './delivery.metrics.js';
import { LaneRepository } from './lane.repository.js';
import { PostDelivery } from './post-delivery.js';
import { PostingJob } from './posting.job.js';
import { ResultRecorder } from './result-recorder.js';
import { RetirementJob } from './retirement.job.js';
import { SendLane } from './send-lane.js';
import { SendToSlackConsumer } from './send-to-slack.consumer.js';
import { SweepJob } from './sweep.job.js';
import { TestMessageController } from './test-message.controller.js';
import { WaitingRepository } from './waiting.repository.js';

export const DELIVERY_CONTROLLERS = [SendToSlackConsumer, TestMessageController];
export const DELIVERY_PROVIDERS = [ArrivalRepository, LaneRepository, WaitingRepository, DeliveryLog, DeliveryMetrics, PostDelivery, ResultRecorder, SendLane, PostingJob, SweepJob, RetirementJob];

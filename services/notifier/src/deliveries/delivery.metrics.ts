/** Counts and durations of deliveries and of requests to Slack. Labels are bounded: never a channel, an issue or a person. */
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { DataSource } from 'typeorm';

import { DELIVERY_SOURCES, SLACK_ERRORS, type DeliverySource } from '@tocsin/domain';
import { Metrics } from '@tocsin/platform';
import type { SlackAnswer } from '@tocsin/slack';

import type { Outcome } from './delivery-result.js';
import { headOfClaimed, type Claim } from './claim.js';

const DURATION_BUCKETS = [0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900];
const REQUEST_BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const WAIT_BUCKETS = [1, 2, 5, 10, 30, 60, 300, 3600];
/** Codes of ours beside Slack's. */
const OWN_REASONS = new Set(['not_sent', 'no_answer', 'unreadable_answer', 'internal', 'leak_guard', 'split', 'cancelled', 'expired', 'disconnected', 'already_told', 'resolved_before_sent', 'excluded_before_sent', 'reopened_before_sent', 'changed_back', 'retracted', 'connection_not_found', 'ambiguous_person']);

/** Why it may not be known whether Slack has a message. */
const UNKNOWN_ENDS = ['no_answer', 'unreadable_answer', 'http_500', 'http_502', 'http_503', 'http_504', ...Object.keys(SLACK_ERRORS).filter((code) => SLACK_ERRORS[code]?.kind === 'unsure')];
/** What a person must hear of. */
const TROUBLE = { unconfirmed: UNKNOWN_ENDS, dead: ['expired', 'internal', ...UNKNOWN_ENDS] };

@Injectable()
export class DeliveryMetrics implements OnApplicationBootstrap {
  private readonly deliveries;
  private readonly durations;
  private readonly requests;
  private readonly requestDurations;
  private readonly rateLimited;
  private readonly rateLimitWaits;

  constructor(
    private readonly metrics: Metrics,
    private readonly database: DataSource,
  ) {
    this.deliveries = metrics.counter('tocsin_deliveries_total', 'What became of attempts to deliver.', ['kind', 'outcome', 'reason']);
    this.durations = metrics.histogram('tocsin_delivery_duration_seconds', 'From the command to the ok of Slack.', ['kind'], DURATION_BUCKETS);
    this.requests = metrics.counter('tocsin_slack_requests_total', 'Requests to Slack by method and family of the answer.', ['method', 'status']);
    this.requestDurations = metrics.histogram('tocsin_slack_request_duration_seconds', 'How long Slack took to answer.', ['method'], REQUEST_BUCKETS);
    this.rateLimited = metrics.counter('tocsin_slack_rate_limited_total', 'Requests that Slack answered with "too fast".', ['method']);
    this.rateLimitWaits = metrics.histogram('tocsin_slack_rate_limit_wait_seconds', 'How long Slack asked to wait.', ['method'], WAIT_BUCKETS);
  }

  onApplicationBootstrap(): void {
    this.beginWithTrouble();
    this.metrics.gauge('tocsin_lanes_overdue', 'Destinations that could send for two seconds and do not.', async () => {
      const [row] = await this.database.query<{ overdue: number }[]>(
        `select count(*)::int as overdue from lanes l where active and not provisional and next_at < clock_timestamp() - interval '2 seconds' and leased_until < clock_timestamp()
           and not exists (select 1 from breakers b where b.is_open and b.breaker_key in ('slack', l.connection_id) and b.probe_at > clock_timestamp() - interval '2 seconds')`,
      );
      return row?.overdue ?? 0;
    });
    this.metrics.gauge('tocsin_breakers_open', 'Workspaces that do not answer at the moment, Slack as a whole counted as one.', async () => {
      const [row] = await this.database.query<{ open: number }[]>('select count(*)::int as open from breakers where is_open');
      return row?.open ?? 0;
    });
  }

  /** At 0, before there is any: that a counter has grown is seen against an earlier value, and after a crash the first ones come all at once. */
  private beginWithTrouble(): void {
    for (const kind of DELIVERY_SOURCES) for (const [outcome, reasons] of Object.entries(TROUBLE)) for (const reason of reasons) this.deliveries.inc({ kind, outcome, reason }, 0);
    for (const method of ['chat.postMessage', 'chat.update']) {
      this.rateLimited.inc({ method }, 0);
      this.requests.inc({ method, status: 'unsure' }, 0);
    }
  }

  /** Measures a request to Slack. */
  async request<T>(method: string, send: () => Promise<SlackAnswer<T>>): Promise<SlackAnswer<T>> {
    const startedAt = performance.now();
    const answer = await send();
    this.requestDurations.observe({ method }, (performance.now() - startedAt) / 1000);
    this.requests.inc({ method, status: answer.ok ? 'ok' : answer.failure.family });
    if (!answer.ok && answer.failure.family === 'busy') {
      this.rateLimited.inc({ method });
      this.rateLimitWaits.observe({ method }, answer.failure.retryAfterSeconds);
    }
    return answer;
  }

  /** Counts what became of a claimed delivery. */
  recorded({ delivery }: Claim, outcome: Outcome): void {
    const { kind } = headOfClaimed(delivery).source;
    this.count({ kind, saidAt: delivery.said_at }, outcome.state, outcome.error?.code ?? (outcome.story?.slack as { error?: string } | undefined)?.error);
  }

  /** Counts a message that was changed in place. */
  updated(kind: DeliverySource['kind']): void {
    this.deliveries.inc({ kind, outcome: 'updated', reason: 'ok' });
  }

  /** Counts a delivery that reached its end together with others. */
  count({ kind, saidAt }: { kind: DeliverySource['kind']; saidAt: Date }, state: Outcome['state'], code: string | undefined): void {
    this.deliveries.inc({ kind, outcome: state === 'waiting' ? 'retried' : state, reason: reasonOf(state, code) });
    if (state === 'posted') this.durations.observe({ kind }, Math.max(0, (Date.now() - saidAt.getTime()) / 1000));
  }
}

function reasonOf(state: Outcome['state'], code: string | undefined): string {
  if (state === 'posted') return 'ok';
  if (code === undefined) return 'not_ready';
  return Object.hasOwn(SLACK_ERRORS, code) || OWN_REASONS.has(code) || /^http_\d{3}$/.test(code) ? code : 'other';
}

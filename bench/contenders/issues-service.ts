/** issues as a process beside notifier, with issues in it, to measure the whole way of a send by hand. */
import type { AcceptedDelivery, CloudEvent, SendToSlack } from '@tocsin/contracts';
import type { Issue } from '@tocsin/domain';
import { startProcess } from '@tocsin/testing';

import { ORGANIZATION } from '../traffic.js';
import { until } from '../until.js';
import { PATIENT } from './contender.js';
import type { Tocsin } from './tocsin.js';

/** Events in one request at most. */
const BATCH = 500;

export interface SentByHand {
  deliveryId: string;
  /** Just before the request was sent, and just after it was answered; the commit lies between. */
  askedAt: number;
  answeredAt: number;
}

export class IssuesService {
  private constructor(
    private readonly url: string,
    private readonly tocsin: Tocsin,
  ) {}

  /** Ends with `tocsin`. */
  static async start(tocsin: Tocsin): Promise<IssuesService> {
    const process = await startProcess('services/issues/dist/main.js', tocsin.environment(), PATIENT);
    tocsin.companions.push(process);
    return new IssuesService(process.url, tocsin);
  }

  /** Reports issues and waits until they are taken in. @returns their ids */
  async report(issues: readonly Issue[]): Promise<string[]> {
    for (let begin = 0; begin < issues.length; begin += BATCH) {
      const events = issues.slice(begin, begin + BATCH).map(toEvent);
      await this.call('POST', '/v1/events', events, 'application/cloudevents-batch+json');
    }
    let ids: string[] = [];
    await until(async () => (ids = await this.ids()).length >= issues.length, 'the issues are there', { everyMs: 250 });
    return ids;
  }

  async send(issueId: string, { connectionId, destination }: SendToSlack): Promise<SentByHand> {
    const headers = await this.headers('application/json');
    const body = JSON.stringify({ issueIds: [issueId], connectionId, destination });
    const askedAt = Date.now();
    const response = await fetch(`${this.url}/v1/slack-messages`, { method: 'POST', headers, body });
    if (response.status !== 202) throw new Error(`issues answers ${response.status} to a send: ${await response.text()}`);
    const { deliveryId } = (await response.json()) as AcceptedDelivery;
    return { deliveryId, askedAt, answeredAt: Date.now() };
  }

  private async ids(): Promise<string[]> {
    const ids: string[] = [];
    let cursor: string | null = null;
    do {
      const page: { items: Issue[]; nextCursor: string | null } = await this.call('GET', `/v1/issues?limit=200${cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`}`);
      ids.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
    } while (cursor !== null);
    return ids;
  }

  private async call<T>(method: string, path: string, body?: unknown, contentType = 'application/json'): Promise<T> {
    const response = await fetch(`${this.url}${path}`, { method, headers: await this.headers(contentType), ...(body !== undefined && { body: JSON.stringify(body) }) });
    if (!response.ok) throw new Error(`issues answers ${response.status} to ${method} ${path}: ${await response.text()}`);
    return (await response.json()) as T;
  }

  private async headers(contentType: string): Promise<Record<string, string>> {
    return { authorization: `Bearer ${await this.tocsin.token()}`, 'content-type': contentType };
  }
}

function toEvent({ id, revision: _revision, status: _status, ...known }: Issue): CloudEvent {
  return { specversion: '1.0', id, source: '/tocsin/bench', type: 'issue.reported.v1', time: new Date().toISOString(), organizationid: ORGANIZATION, data: { organizationId: ORGANIZATION, ...known } };
}

/** Connects the workspaces and makes the issues that a run sends, over the API, as people would. */
import { setTimeout as sleep } from 'node:timers/promises';

import { eventually } from '@tocsin/testing';

import type { Place } from './load.js';
import type { System } from './system.js';

const WORKSPACES = [
  { organization: 'acme', workspace: 'acme', channels: 30 },
  { organization: 'globex', workspace: 'globex', channels: 15 },
  { organization: 'acme', workspace: 'globex', channels: 15 },
] as const;
const ISSUES = 10;

interface Urls {
  connector: string;
  issues: string;
}

export async function makePlaces(system: System, urls: Urls): Promise<Place[]> {
  await system.sandbox.limits({ channelRate: 0, tiers: false });
  await system.sandbox.grow('acme', 30);
  await system.sandbox.grow('globex', 30);
  const places: Place[] = [];
  for (const [n, { organization, workspace, channels }] of WORKSPACES.entries()) {
    const token = await system.token(organization);
    const { id } = await call<{ id: string }>(`${urls.connector}/v1/connections`, token, 'POST', { method: 'token', hostUrl: `https://${workspace}.slack.com`, token: `xoxb-sandbox-${workspace}` });
    // two organizations in one workspace write to channels of their own, so that each channel has one line
    const first = n === 2 ? 16 : 1;
    places.push({
      organizationId: organization, connectionId: id, token, issueIds: await issuesOf(urls, organization, token),
      channels: Array.from({ length: channels }, (_, channel) => `C1GEN${String(first + channel).padStart(6, '0')}`),
    });
  }
  await eventually(async () => {
    const known = await system.query<{ connection_id: string }>(`select connection_id from notifier.connections where state = 'active'`);
    return places.every(({ connectionId }) => known.some(({ connection_id }) => connection_id === connectionId));
  }, { timeout: 90_000 });
  return places;
}

async function issuesOf({ issues }: Urls, organization: string, token: string): Promise<string[]> {
  const events = Array.from({ length: ISSUES }, (_, n) => ({
    specversion: '1.0', id: `${organization}-${n}`, source: '/faults', type: 'issue.reported.v1', time: new Date().toISOString(), organizationid: organization,
    data: { title: `Issue ${n}`, severity: 'high', category: 'code', application: 'payments-api', fingerprint: `issue-${n}` },
  }));
  await call(`${issues}/v1/events`, token, 'POST', events, 'application/cloudevents-batch+json');
  return eventually(async () => {
    const { items } = await call<{ items: { id: string }[] }>(`${issues}/v1/issues?limit=200`, token);
    return items.length >= ISSUES && items.map(({ id }) => id);
  }, { timeout: 90_000 });
}

/** A crowded machine may not have come to everything yet. */
async function answerOf(url: string, request: RequestInit): Promise<Response> {
  const end = performance.now() + 60_000;
  for (;;) {
    const response = await fetch(url, request);
    if (response.status !== 503 || performance.now() > end) return response;
    await sleep(500);
  }
}

async function call<T>(url: string, token: string, method = 'GET', body?: unknown, type = 'application/json'): Promise<T> {
  const response = await answerOf(url, { method, headers: { authorization: `Bearer ${token}`, 'content-type': type }, ...(body !== undefined && { body: JSON.stringify(body) }) });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${url} answers ${response.status}: ${text.slice(0, 500)}`);
  return JSON.parse(text) as T;
}

/** Messages that follow their issues while something breaks: each ends as its issue is, and its thread tells each change once. */
import { setTimeout as sleep } from 'node:timers/promises';

import { EXCHANGES } from '@tocsin/contracts';
import type { Issue, IssueChange } from '@tocsin/domain';
import { anIssue, eventually } from '@tocsin/testing';
import { v7 as uuid } from 'uuid';

import type { Facts } from '../ledgers.js';
import { NONE, type Scenario } from '../scenario.js';
import type { SandboxMessage } from '../system/sandbox.js';
import type { System } from '../system/system.js';
import { allPosted, expected } from './expectations.js';

const ISSUES = 30;
const RESOLVED_COLOUR = '#2E7D32';
const PATIENCE = { timeout: 90_000 };

interface Told {
  issue: Issue;
  deliveryId: string;
  organizationId: string;
}

function followed(name: string, fault: string, disturb: (system: System) => Promise<void>): Scenario<readonly Told[]> {
  return {
    name: `living-${name}`, fault, holds: 'every message ends as its issue is, and its thread says once that it was resolved', load: NONE,
    strike: async (system) => {
      const told = await Promise.all(Array.from({ length: ISSUES }, (_, n) => tell(system, n)));
      await eventually(() => arePosted(system), { timeout: 60_000 });
      await Promise.all([changeAll(system, told), disturb(system)]);
      await system.sandbox.noFaults();
      return told;
    },
    judge: async (facts, told, { sandbox }) => {
      const green = await eventually(async () => shown(told, await sandbox.messages()).every(isGreen), PATIENCE).catch(() => false);
      const messages = await sandbox.messages();
      return [...allPosted(facts), ...expected(green, `${shown(told, messages).filter((message) => !isGreen(message)).length} messages do not show that their issue is resolved`), ...threads(facts, told, messages)];
    },
  };
}

async function tell({ places, load }: System, n: number): Promise<Told> {
  const place = places[n % places.length];
  const channel = place?.channels[n % place.channels.length];
  if (!place || channel === undefined) throw new Error('no place takes messages');
  const issue = anIssue({ title: `Living issue ${n}`, severity: 'high' });
  return { issue, organizationId: place.organizationId, deliveryId: await load.sendCommand(place, channel, { issues: [issue], change: 'new' }) };
}

async function arePosted({ query }: System): Promise<boolean> {
  const [row] = await query<{ count: number }>(`select count(*)::int as count from notifier.deliveries where state = 'posted'`);
  return row?.count === ISSUES;
}

/** Each becomes critical, and is resolved a little later; all of it is said twice, as a relay does that died. */
async function changeAll(system: System, told: readonly Told[]): Promise<void> {
  for (const { issue, organizationId } of told) {
    const critical = { ...issue, revision: 2, severity: 'critical' as const };
    await say(system, organizationId, 'updated', critical, [{ field: 'severity', from: 'high', to: 'critical' }]);
    await sleep(system.random.between(20, 120));
    await say(system, organizationId, 'resolved', { ...critical, revision: 3, status: 'resolved' }, [{ field: 'status', from: 'open', to: 'resolved' }]);
  }
}

async function say(system: System, organizationId: string, change: IssueChange, issue: Issue, changes: object[]): Promise<void> {
  const event = { specversion: '1.0', id: uuid(), source: '/faults', type: 'issue.changed.v1', time: new Date().toISOString(), organizationid: organizationId, data: { organizationId, change, changes, issue } } as const;
  for (let copy = 0; copy < 2; copy += 1) {
    while ((await system.publish(event, EXCHANGES.events)) !== undefined) await sleep(100);
  }
}

function shown(told: readonly Told[], messages: readonly SandboxMessage[]): (SandboxMessage | undefined)[] {
  return told.map(({ deliveryId }) => messages.find(({ metadata, thread_ts }) => thread_ts === undefined && metadata?.event_payload?.delivery_id === deliveryId));
}

function isGreen(message: SandboxMessage | undefined): boolean {
  return JSON.stringify(message?.attachments ?? []).includes(RESOLVED_COLOUR);
}

/** An answer in the thread is a delivery with an id of its own; one whose own answer was lost may be there again, marked. */
function threads({ deliveries }: Facts, told: readonly Told[], messages: readonly SandboxMessage[]): string[] {
  const unknown = new Set(deliveries.filter(({ ambiguous }) => ambiguous > 0).map(({ id }) => id));
  const wrong = shown(told, messages).flatMap((parent) => {
    const answers = messages.filter(({ thread_ts }) => parent !== undefined && thread_ts === parent.ts);
    const resolved = answers.filter(({ text }) => /^Resolved/.test(text)).map(idOf);
    const isOnce = new Set(resolved).size === 1 && (resolved.length === 1 || unknown.has(resolved[0] ?? ''));
    return isOnce ? [] : [`${parent?.ts ?? 'no message'}: ${answers.map((answer) => `${idOf(answer)} "${answer.text}"`).join(', ')}`];
  });
  return expected(wrong.length === 0, `${wrong.length} threads do not say once that their issue was resolved: ${wrong.slice(0, 3).join('; ')}`);
}

function idOf({ metadata }: SandboxMessage): string {
  return metadata?.event_payload?.delivery_id ?? '';
}

export const LIVING_FAULTS: readonly Scenario[] = [
  followed('notifier-killed', 'notifier is killed three times while told issues change', async ({ notifier, random }) => {
    for (let time = 0; time < 3; time += 1) {
      await sleep(random.between(400, 1200));
      await notifier.kill();
      await notifier.start();
    }
  }),
  followed('edits-lost', 'one in five edits is made and its answer lost, one in ten answers 500 and is not made', async ({ sandbox }) => {
    await sandbox.fault({ method: 'chat.update', probability: 0.2, lost: 'after' });
    await sandbox.fault({ method: 'chat.update', probability: 0.1, status: 500 });
    await sleep(6000);
  }),
  followed('links-cut', 'every connection is reset eight times while told issues change', async ({ proxy, random }) => {
    for (let time = 0; time < 8; time += 1) {
      await sleep(random.between(100, 500));
      await proxy.cut('*');
    }
  }),
];

/** Commands that nobody can handle, in one batch with commands that are fine. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { v7 as uuid } from 'uuid';

import type { ConnectionChanged, DeadLetter, Delivery, DeliverySummary, SendToSlack } from '@tocsin/contracts';
import { aSendToSlack, anIssue, eventually } from '@tocsin/testing';

import { RunningNotifier } from '../../test/running-notifier.js';

let notifier: RunningNotifier;
let [ours, theirs]: ConnectionChanged[] = [];

beforeAll(async () => {
  notifier = await RunningNotifier.start();
  [ours, theirs] = [await notifier.connect(), await notifier.connect({ organizationId: 'globex' })];
  await eventually(async () => (await notifier.database.query(`select 1 from notifier.connections where organization_id is not null`)).length >= 2);
}, 60_000);

afterAll(() => notifier.stop(), 30_000);

function event(command: SendToSlack, envelope: object = {}): string {
  return JSON.stringify({ specversion: '1.0', id: uuid(), source: '/ci/job', type: 'slack.send.v1', time: new Date().toISOString(), organizationid: command.organizationId, data: command, ...envelope });
}

function aCommand(overrides: Partial<SendToSlack> = {}): SendToSlack {
  return aSendToSlack({ connectionId: ours?.id ?? '', destination: { id: 'C0SECALERT' }, ...overrides });
}

async function letters(who: { organization?: string; roles?: readonly string[] } = {}): Promise<DeadLetter[]> {
  return (await notifier.call<{ items: DeadLetter[] }>('GET', '/v1/dead-letters', who)).body.items;
}

const OPERATOR = { organization: '', roles: ['operator'] };

describe('poison among commands', () => {
  test('each piece is a dead letter with its reason and place; every neighbour in its batch is posted, and the summary balances', async () => {
    const good = Array.from({ length: 8 }, () => aCommand());
    const poison: [reason: string, place: string, body: string][] = [
      ['invalid_event', 'line 1, column 1', 'hello, Slack'],
      ['invalid_data', '/data/destination', event(aCommand({ destination: { id: 'nowhere' } as never }))],
      ['unknown_version', '/type', event(aCommand(), { type: 'slack.send.v9' })],
      ['too_large', '262144', event(aCommand({ comment: 'x'.repeat(300_000) }))],
      ['unreadable', 'half of a character', event(aCommand({ issues: [anIssue({ title: 'a\ud800b' })] }))],
      ['wrong_organization', 'organizationid', event(aCommand(), { organizationid: 'globex' })],
      ['foreign_connection', 'another organization', event(aCommand({ connectionId: theirs?.id ?? '' }))],
    ];
    await notifier.produce(...good.flatMap((command, index) => [event(command), ...(poison[index] ? [poison[index][2]] : [])]));
    for (const { commandId } of good) expect(await notifier.settled(commandId)).toMatchObject({ state: 'posted' });
    const all = await eventually(async () => { const found = await letters(OPERATOR); return found.length === poison.length && found; });
    for (const [reason, place] of poison) expect(all.find((letter) => letter.reason === reason && letter.error.includes(place))).toMatchObject({ queue: 'notifier.slack.send.v1', attempts: 1 });
    expect((await letters()).map(({ reason }) => reason).sort()).toEqual(['foreign_connection', 'invalid_data', 'too_large', 'unknown_version', 'unreadable']);
    expect(await letters({ organization: 'globex' })).toEqual([]);
    expect((await notifier.call<DeliverySummary>('GET', '/v1/deliveries/summary')).body).toMatchObject({ accepted: good.length, byState: { posted: good.length }, balanced: true });
  }, 40_000);

  test('what hides behind a second field of the same name harms nobody: the last one is sent, listed and found', async () => {
    for (const hidden of ['"a NUL \\u0000"', '1e999999']) {
      const command = aCommand({ comment: 'In front' });
      await notifier.produce(event(command).replace('"data":{', `"data":{"comment":${hidden},`));
      expect(await notifier.settled(command.commandId)).toMatchObject({ state: 'posted' });
      expect((await notifier.call<{ items: Delivery[] }>('GET', `/v1/deliveries?q=${encodeURIComponent('in front')}`)).body.items).toContainEqual(expect.objectContaining({ id: command.commandId }));
      expect(JSON.stringify((await notifier.call('GET', `/v1/deliveries/${command.commandId}/message`)).body)).toContain('In front');
    }
  }, 20_000);

  test('what a defect of ours could not record is posted once it is replayed after the fix, and counted then', async () => {
    const before = (await notifier.call<DeliverySummary>('GET', '/v1/deliveries/summary')).body.accepted;
    const [unlucky, lucky] = [aCommand({ comment: 'unlucky' }), aCommand()];
    await notifier.database.query(`alter table notifier.commands add constraint defect check (event->'data'->>'comment' is distinct from 'unlucky')`);
    await notifier.produce(event(unlucky), event(lucky));
    expect(await notifier.settled(lucky.commandId)).toMatchObject({ state: 'posted' });
    const letter = await eventually(async () => (await letters()).find(({ reason }) => reason === 'attempts_exhausted'));
    expect(letter).toMatchObject({ error: expect.stringContaining('defect'), attempts: 5, preview: expect.stringContaining(unlucky.commandId) });
    await notifier.database.query('alter table notifier.commands drop constraint defect');
    expect(await notifier.call('POST', `/v1/dead-letters/${letter.id}/replay`)).toMatchObject({ status: 202, body: { id: letter.id, replayed: true } });
    expect(await eventually(async () => notifier.settled(unlucky.commandId))).toMatchObject({ state: 'posted' });
    expect(await notifier.posts(unlucky.commandId, 'C0SECALERT')).toBe(1);
    expect((await notifier.call<DeliverySummary>('GET', '/v1/deliveries/summary')).body).toMatchObject({ accepted: before + 2, balanced: true });
  }, 40_000);
});

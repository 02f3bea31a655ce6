import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';

import { OpenedLanes, waits } from '../../test/opened-lanes.js';
import { resultOf } from './delivery-result.js';

let opened: OpenedLanes;

beforeAll(async () => { opened = await OpenedLanes.open(); }, 30_000);
afterAll(() => opened.close());
beforeEach(() => opened.clear());

describe('a connection', () => {
  test('that cannot send keeps its messages, and wakes them when it can again, with that time added to their lives', async () => {
    const [id = ''] = await opened.accept({});
    await opened.connect({ version: 2, health: { state: 'revoked', since: new Date().toISOString() } });
    expect(await opened.claimOne()).toBeUndefined();
    await opened.source.query(`update connections set held_since = held_since - interval '40 hours'`);
    await opened.source.query(`update deliveries set expires_at = expires_at - interval '40 hours', created_at = created_at - interval '40 hours'`);
    await opened.connect({ version: 3, credentialVersion: 2 });
    expect((await opened.claimOne())?.deliveryId).toBe(id);
  });

  test('that cannot send any more still has judged what was left behind', async () => {
    const [id = ''] = await opened.accept({});
    const claim = await opened.claimOne();
    await opened.lanes.markStarted(claim ? [claim] : []);
    await opened.connect({ version: 2, paused: true });
    await opened.passTime(30);
    const leftover = await opened.claimOne();
    expect(leftover).toMatchObject({ deliveryId: id, leftover: true });
    await opened.finish(leftover, { ...waits(), state: 'unconfirmed', charge: 1, ambiguous: 1 });
    expect(await opened.row(id)).toMatchObject({ state: 'unconfirmed' });
  });

  test('that Slack refused is reported once and stops every lane; a verdict on an older credential changes nothing', async () => {
    await opened.connect({ version: 2, credentialVersion: 2 });
    await opened.accept({ destination: { id: 'C0SECALERT' } }, { destination: { id: 'C0GENERAL1' } }, { destination: { id: 'C0PAYMENTS' } });
    const [stale, first, second] = await opened.claim(10);
    if (!stale || !first || !second) throw new Error('three lanes were to be claimed');
    const hold = (credentialVersion: number) => waits({ hold: { connectionId: 'connection-1', credentialVersion, slackError: 'token_revoked', reason: 'The token was revoked.' } });
    await opened.finish(stale, hold(1));
    expect(await opened.said()).toEqual([]);
    await opened.lanes.finish([resultOf(first, hold(2)), resultOf(second, hold(2))]);
    expect(await opened.said()).toMatchObject([{ type: 'connection.reported.v1', data: { connectionId: 'connection-1', organizationId: 'acme', credentialVersion: 2, slackError: 'token_revoked' } }]);
    await opened.passTime(60);
    expect(await opened.claim(10)).toEqual([]);
    await opened.connect({ version: 3, credentialVersion: 3 });
    expect(await opened.claim(10)).toHaveLength(3);
  });

  test('that wakes does not take leased messages from their holder', async () => {
    await opened.accept({});
    const claim = await opened.claimOne();
    await opened.connect({ version: 2, paused: true });
    await opened.connect({ version: 3 });
    expect(await opened.claimOne()).toBeUndefined();
    await opened.finish(claim);
  });

  test('that is unknown keeps its messages until its news comes', async () => {
    await opened.accept({ connectionId: 'connection-9' });
    expect(await opened.claimOne()).toBeUndefined();
    await expect(opened.connections.takeDoubtful()).resolves.toEqual(['connection-9']);
    await expect(opened.connections.takeDoubtful()).resolves.toEqual([]);
    await opened.connect({ id: 'connection-9' });
    expect(await opened.claimOne()).toBeDefined();
  });

  test('of another organization sends nothing', async () => {
    await opened.accept({ connectionId: 'connection-9' });
    await opened.connect({ id: 'connection-9', organizationId: 'globex' });
    expect(await opened.claimOne()).toBeUndefined();
  });

  test('does not believe older news', async () => {
    await opened.connect({ version: 5, paused: true });
    await opened.connect({ version: 4, paused: false });
    await opened.accept({});
    expect(await opened.claimOne()).toBeUndefined();
  });
});

describe('the ceiling of a workspace', () => {
  test('lets a burst go at once and holds back the rest, each until there is a token for it', async () => {
    opened.config.SLACK_WORKSPACE_RATE = 5;
    opened.config.SLACK_WORKSPACE_BURST = 4;
    await opened.accept(...Array.from({ length: 8 }, (_, n) => ({ destination: { id: `C0CHANNEL${n}` } })));
    expect(await opened.claim(32)).toHaveLength(4);
    expect(await opened.claim(32)).toEqual([]);
    await opened.passTime(0.31); // the first a tenth of a second late
    expect(await opened.claim(32)).toHaveLength(1);
    await opened.passTime(0.61);
    expect(await opened.claim(32)).toHaveLength(3);
  });

  test('is shared by the lanes of one app and workspace only', async () => {
    opened.config.SLACK_WORKSPACE_RATE = 1;
    opened.config.SLACK_WORKSPACE_BURST = 1;
    await opened.connect({ id: 'same-app' });
    await opened.connect({ id: 'other-workspace', workspace: { id: 'T0GLOBEX01', name: 'Globex', url: 'https://globex.slack.com' } });
    await opened.accept({ connectionId: 'connection-1' }, { connectionId: 'same-app' }, { connectionId: 'other-workspace' });
    const claims = await opened.claim(32);
    expect(claims.map((claim) => claim.delivery.connection_id).sort()).toEqual(['connection-1', 'other-workspace']);
  });

  test('pauses every lane of the workspace when Slack says that its quota is used up, and no other', async () => {
    await opened.connect({ id: 'other-workspace', workspace: { id: 'T0GLOBEX01', name: 'Globex', url: 'https://globex.slack.com' } });
    await opened.accept({});
    await opened.finish(await opened.claimOne(), waits({ laneWaitMs: 3_600_000, workspaceWaitMs: 3_600_000, rateLimited: true }));
    await opened.accept({ destination: { id: 'C0GENERAL1' } }, { connectionId: 'other-workspace' });
    expect((await opened.claim(32)).map((claim) => claim.delivery.connection_id)).toEqual(['other-workspace']);
    await opened.passTime(3601);
    expect((await opened.claim(32)).filter((claim) => claim.delivery.connection_id === 'connection-1')).toHaveLength(2);
  });
});

/** What is stored of a token: bound to its place, and sealed anew with a new key while two generations of processes run. */
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

import type { Connection } from '@tocsin/contracts';
import { SecretBox, type Listening } from '@tocsin/platform';
import { eventually } from '@tocsin/testing';
import { v7 as uuid } from 'uuid';

import { RunningConnector } from '../../test/running-connector.js';

const OLD = `k1:${randomBytes(32).toString('base64')}`;
const NEW = `k2:${randomBytes(32).toString('base64')}`;
const [OLD_FIRST, NEW_FIRST] = [`${OLD},${NEW}`, `${NEW},${OLD}`];
const [ACME, GLOBEX] = ['xoxb-sandbox-acme', 'xoxb-sandbox-globex'];
/** Batches of the job have fifty. */
const MANY = 120;

let connector: RunningConnector;

beforeAll(async () => {
  connector = await RunningConnector.start({ ENCRYPTION_KEYS: OLD_FIRST });
}, 60_000);

afterAll(async () => {
  await connector.stop();
}, 30_000);

async function connect(organization: string, hostUrl: string, token: string): Promise<string> {
  const { status, body } = await connector.call<Connection>('POST', '/v1/connections', { who: { organization }, body: { method: 'token', hostUrl, token } });
  expect(status).toBe(201);
  return body.id;
}

/** The token as notifier gets it, which signs with the first key of its ring. */
async function tokenOf(id: string, ring = OLD_FIRST): Promise<string | undefined> {
  return (await connector.peer('notifier', ring).get<{ token: string }>('connector', `/internal/connections/${id}/credential`))?.token;
}

/** How many connections each key sealed. */
async function sealedBy(): Promise<Record<string, number>> {
  const rows = await connector.database.query<{ key: string; count: number }>(
    `select token_key_id || coalesce('+' || refresh_key_id, '') as key, count(*)::int as count from connector.connections group by 1`,
  );
  return Object.fromEntries(rows.map(({ key, count }) => [key, count]));
}

/** Copies of a connection in other organizations, each with a token and a refresh token of its own. @returns their ids */
async function multiply(id: string, count: number): Promise<string[]> {
  const box = new SecretBox(OLD_FIRST);
  const hex = (secret: string, place: string): string => `\\x${box.seal(secret, place).box.toString('hex')}`;
  const copies = Array.from({ length: count }, (_, n) => {
    const [copy, organization] = [uuid(), `many-${n}`];
    return { id: copy, organization_id: organization, token_box: hex(`xoxb-many-${n}`, `${organization}/${copy}`), refresh_key_id: 'k1', refresh_box: hex(`xoxe-1-${n}`, `${organization}/${copy}/refresh`), renew_at: 'infinity' };
  });
  await connector.database.query(
    `insert into connector.connections
     select (jsonb_populate_record(null::connector.connections, to_jsonb(c) || more)).* from connector.connections c cross join jsonb_array_elements($2::jsonb) more where c.id = $1`,
    [id, JSON.stringify(copies)],
  );
  return copies.map((copy) => copy.id);
}

/** What an operator is told to run when a key is lost. */
async function runbookSql(keyId: string): Promise<string> {
  const text = await readFile(new URL('../../../../docs/runbooks/rotate-encryption-keys.md', import.meta.url), 'utf8');
  return (/```sql\n([^`]+)```/.exec(text)?.[1] ?? '').replace("'k1'", `'${keyId}'`);
}

describe('a stored token', () => {
  test.each<[string, () => string]>([['of the same organization', () => 'here'], ['of another organization', () => `org-${uuid()}`]])('does not open in the row of a connection %s', async (_, whose) => {
    const [one, other] = [await connect('here', 'acme.slack.com', ACME), await connect(whose(), 'globex.slack.com', GLOBEX)];
    await connector.database.query('update connector.connections a set token_box = b.token_box from connector.connections b where a.id = $1 and b.id = $2', [one, other]);
    await expect(tokenOf(one)).rejects.toThrow('connector');
    expect(await tokenOf(other)).toBe(GLOBEX);
    await connector.database.query('delete from connector.connections');
  });

  test('does not open in the place of a refresh token, nor the other way round', async () => {
    const [copy = ''] = await multiply(await connect('places', 'acme.slack.com', ACME), 1);
    expect(await tokenOf(copy)).toBe('xoxb-many-0');
    await connector.database.query('update connector.connections set token_box = refresh_box, refresh_box = token_box where id = $1', [copy]);
    await expect(tokenOf(copy)).rejects.toThrow('connector');
    await connector.database.query('delete from connector.connections');
  });
});

describe('a new key that came before the old one', () => {
  let copies: string[];
  let newer: Listening;

  test('leaves what a process seals that has the old one first, and the two go on talking', async () => {
    copies = await multiply(await connect('acme', 'acme.slack.com', ACME), MANY);
    newer = await connector.replica({ ENCRYPTION_KEYS: NEW_FIRST });
    await eventually(() => connector.log.includes(`"left":${MANY + 1}`), { timeout: 20_000 });
    expect(await sealedBy()).toEqual({ k1: 1, 'k1+k1': MANY });
    expect(await tokenOf(copies[0] ?? '', NEW_FIRST)).toBe('xoxb-many-0');
    expect(await tokenOf(copies[1] ?? '', OLD_FIRST)).toBe('xoxb-many-1');
  }, 40_000);

  test('seals everything anew when no process seals with the old one any more, but for what does not open', async () => {
    await connector.database.query('update connector.connections set token_box = refresh_box where id = $1', [copies[60]]);
    await connector.restart({ ENCRYPTION_KEYS: NEW_FIRST });
    await eventually(async () => (await sealedBy())['k2+k2'] === MANY - 1, { timeout: 20_000 });
    expect(await sealedBy()).toEqual({ k2: 1, 'k2+k2': MANY - 1, 'k1+k1': 1 });
    for (const n of [0, 59, 61, MANY - 1]) expect(await tokenOf(copies[n] ?? '', OLD_FIRST)).toBe(`xoxb-many-${n}`);
    expect(connector.log.split('\n').filter((line) => line.includes('does not open') && line.includes(copies[60] ?? '')).length).toBeGreaterThan(0);
    await connector.database.query('delete from connector.connections where id = $1', [copies[60]]);
    await eventually(() => connector.log.includes('the others can be removed'), { timeout: 20_000 });
    await newer.close();
  }, 60_000);

  test('lets the old one go, and only then', async () => {
    await expect(connector.replica({ ENCRYPTION_KEYS: OLD })).rejects.toThrow(`ENCRYPTION_KEYS has no key "k2" (${MANY * 2 - 1} stored secrets). Add it back`);
    await expect(connector.replica({ ENCRYPTION_KEYS: `k2:${randomBytes(32).toString('base64')}` })).rejects.toThrow('the key "k2" is not the one that sealed');
    await connector.restart({ ENCRYPTION_KEYS: NEW });
    expect(await tokenOf(copies[5] ?? '', NEW_FIRST)).toBe('xoxb-many-5');
    await expect(tokenOf(copies[5] ?? '', OLD)).rejects.toThrow('connector');
  }, 40_000);

  test('that is lost leaves its connections to be connected again, under their ids, as the runbook says', async () => {
    const [lost] = await connector.database.query<{ id: string }>(`select id from connector.connections where organization_id = 'acme'`);
    await connector.database.query(await runbookSql('k2'));
    await connector.restart({ ENCRYPTION_KEYS: `k3:${randomBytes(32).toString('base64')}` });
    expect(await connect('acme', 'acme.slack.com', ACME)).toBe(lost?.id);
  }, 40_000);

  test('seals few connections at once, and says all the same that the old one can go', async () => {
    const said = (): number => connector.log.split('the others can be removed').length;
    await connector.database.query('delete from connector.connections');
    await connector.restart({ ENCRYPTION_KEYS: OLD_FIRST });
    await connect('few', 'acme.slack.com', ACME);
    const before = said();
    await connector.restart({ ENCRYPTION_KEYS: NEW_FIRST });
    await eventually(() => said() === before + 1, { timeout: 20_000 });
    expect(await sealedBy()).toEqual({ k2: 1 });
  }, 40_000);
});

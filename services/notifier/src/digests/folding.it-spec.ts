import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';

import { notSent } from '@tocsin/domain';
import { anIssue } from '@tocsin/testing';

import { BY_WORKFLOW, OpenedDigests } from '../../test/opened-digests.js';
import { waits } from '../../test/opened-lanes.js';
import { IssueNewsRepository } from '../living/issue-news.repository.js';

let digests: OpenedDigests;

beforeAll(async () => { digests = await OpenedDigests.open(); }, 60_000);
afterAll(() => digests.opened.close());
beforeEach(() => digests.clear());

async function acceptedCount(): Promise<number> {
  const [row] = await digests.opened.source.query<{ accepted: number }[]>('select coalesce(sum(accepted), 0)::int as accepted from accepted_counts');
  return row?.accepted ?? 0;
}

async function ageBy(hours: number): Promise<void> {
  await digests.opened.source.query('update deliveries set created_at = created_at - make_interval(hours => $1), said_at = said_at - make_interval(hours => $1)', [hours]);
}

describe('a backlog that would take too long', () => {
  test('becomes one digest, which goes next; its messages wait for it and say so', async () => {
    const ids = await digests.acceptMany(40);
    await digests.fold();
    const [digest, ...others] = await digests.digests();
    expect(others).toEqual([]);
    expect(digest).toMatchObject({ state: 'waiting', digest_id: null, command: { source: { kind: 'digest', of: 40, workflowId: 'w1' }, issues: [], digest: { kind: 'burst', title: expect.stringMatching(/^40 issues /) } } });
    const members = await digests.rows(`kind = 'message'`);
    expect(members.map(({ delivery_id }) => delivery_id)).toEqual(ids);
    expect(new Set(members.map(({ digest_id }) => digest_id))).toEqual(new Set([digest?.delivery_id]));
    expect(await digests.opened.row(ids[7] ?? '')).toMatchObject({ state: 'waiting', version: 2, waiting_for: { reason: 'told in a digest' } });
    expect(await digests.story(ids[7] ?? '')).toEqual(['Accepted and put in line', 'Folded with 39 others into one digest, since this destination fell behind']);
    expect(await digests.story(digest?.delivery_id ?? '')).toEqual(['Accepted and put in line']);
    expect((await digests.opened.claim(10)).map(({ deliveryId, delivery }) => [deliveryId, delivery.kind])).toEqual([[digest?.delivery_id, 'digest']]);
  });

  test('counts as accepted with its digest, so that the sum still proves that nothing was lost', async () => {
    await digests.acceptMany(40);
    await digests.fold();
    expect(await acceptedCount()).toBe(41);
    expect(await digests.rows()).toHaveLength(41);
  });

  test('links to exactly these deliveries', async () => {
    await digests.acceptMany(40);
    await digests.fold();
    const [digest] = await digests.digests();
    expect(digest?.command.digest?.link).toBe(`${digests.opened.config.PUBLIC_URL}/deliveries?digestId=${digest?.delivery_id ?? ''}`);
  });

  test('is told worst first: every issue counted, at most 25 named, without what only a card of its own shows', async () => {
    const severities = ['low', 'critical', 'high', 'medium'] as const;
    await digests.acceptMany(200, (n) => ({ issues: [anIssue({ id: `issue-${n}`, severity: severities[n % 4] ?? 'low', description: 'long '.repeat(100) })] }));
    await digests.fold();
    const [digest] = await digests.digests();
    expect(digest?.command.digest).toMatchObject({ totals: { critical: 50, high: 50, medium: 50, low: 50, new: 200 } });
    expect(digest?.command.digest?.sections.map(({ name, total, issues }) => [name, total, issues.length])).toEqual([['Critical', 50, 10], ['High', 50, 10], ['Medium', 50, 5], ['Low', 50, 0]]);
    expect(digest?.command.digest?.sections.flatMap(({ issues }) => issues).some(({ description }) => description !== undefined)).toBe(false);
  });

  test('tells an issue as it has become while its message waited', async () => {
    const [id = ''] = await digests.acceptMany(40, (n) => ({ issues: [anIssue({ id: `issue-${n}`, revision: 1, severity: 'low' })] }));
    const news = new IssueNewsRepository(digests.opened.source);
    const newest = anIssue({ id: 'issue-0', revision: 2, severity: 'critical', title: 'Worse than it was', cvss: 9.9 });
    await digests.opened.source.transaction(async (tx) => {
      const [row] = await news.waiting(tx, [{ organizationId: 'acme', issueId: 'issue-0', steps: [], newest }]);
      if (row) await news.rewrite(tx, [{ row, command: { ...row.command, issues: [newest] } }]);
    });
    await expect(digests.opened.source.query('select change, issue_revision, issue_status, issue_cvss, searched from commands where delivery_id = $1', [id])).resolves.toEqual([
      { change: 'new', issue_revision: 2, issue_status: 'open', issue_cvss: 9.9, searched: expect.stringContaining('worse than it was') },
    ]);
    await digests.fold();
    const [digest] = await digests.digests();
    expect(digest?.command.digest).toMatchObject({ totals: { critical: 1, low: 39, new: 40 }, sections: [{ name: 'Critical', issues: [{ title: 'Worse than it was' }] }, { name: 'Low' }] });
  });

  test('tells an issue once, as its newest message does, and what is over apart', async () => {
    await digests.acceptMany(38);
    await digests.acceptMany(1, () => ({ issues: [anIssue({ id: 'twice', revision: 1, severity: 'low' })] }));
    await digests.acceptMany(1, () => ({ issues: [anIssue({ id: 'twice', revision: 2, severity: 'critical' })], change: 'updated' }));
    await digests.acceptMany(1, () => ({ issues: [anIssue({ id: 'over', status: 'resolved', severity: 'critical' })], change: 'resolved' }));
    await digests.fold();
    const [digest] = await digests.digests();
    expect(digest?.command).toMatchObject({ source: { of: 41 }, digest: { totals: { critical: 1, new: 39, resolved: 1 } } });
    const sections = digest?.command.digest?.sections ?? [];
    expect(sections[0]).toMatchObject({ name: 'Critical', total: 1, issues: [{ id: 'twice', revision: 2 }] });
    expect(sections.at(-1)).toMatchObject({ name: 'Resolved', total: 1, issues: [{ id: 'over' }] });
    expect(sections.reduce((sum, { total }) => sum + total, 0)).toBe(40);
  });

  test('gives its digest the place of the most urgent and the life of the longest living message', async () => {
    await digests.acceptMany(39);
    await digests.acceptMany(1, () => ({ issues: [anIssue({ severity: 'critical' })], expiresAt: '2040-01-01T00:00:00.000Z' }));
    await digests.opened.source.query(`update deliveries set said_at = said_at - interval '20 minutes' where priority = 2`);
    await digests.fold();
    const rows = await digests.opened.source.query<object[]>(
      `select digest.priority, best.said_at - digest.said_at < interval '1 millisecond' as "isInPlace", digest.expires_at from deliveries digest, deliveries best where digest.kind = 'digest' and best.priority = 2 and best.kind = 'message'`,
    );
    expect(rows).toEqual([{ priority: 2, isInPlace: true, expires_at: new Date('2040-01-01T00:00:00.000Z') }]);
  });

  test('keeps comment and mention; what says something else beside its issue is told in a digest of its own, or alone', async () => {
    const mention = { people: ['U0ALICE001'], fromSeverity: 'high' } as const;
    await digests.acceptMany(20);
    await digests.acceptMany(20, () => ({ comment: 'Please look', options: { mention: { ...mention, people: [...mention.people] } } }));
    const [alone] = await digests.acceptMany(1, () => ({ comment: 'Only this one' }));
    await digests.fold();
    const made = await digests.digests();
    expect(made.map(({ command }) => [command.source, command.comment, command.options]).sort()).toEqual([
      [{ kind: 'digest', of: 20, workflowId: 'w1' }, undefined, undefined],
      [{ kind: 'digest', of: 20, workflowId: 'w1' }, 'Please look', { mention }],
    ]);
    expect((await digests.rows(`digest_id is null and kind = 'message'`)).map(({ delivery_id }) => delivery_id)).toEqual([alone]);
  });

  test('of several workflows belongs to none of them', async () => {
    await digests.acceptMany(40, (n) => ({ source: { ...BY_WORKFLOW, workflowId: `w${n % 2}` } }));
    await digests.fold();
    expect((await digests.digests()).map(({ command }) => command.source)).toEqual([{ kind: 'digest', of: 40 }]);
  });

  test('never takes in what a person sent, and that goes first', async () => {
    await digests.acceptMany(40);
    const manual = await digests.acceptMany(2, () => ({ source: { kind: 'manual', user: 'ada@acme.test' } }));
    await digests.fold();
    expect((await digests.rows(`kind = 'message' and digest_id is null`)).map(({ delivery_id }) => delivery_id)).toEqual(manual);
    expect((await digests.opened.claimOne())?.deliveryId).toBe(manual[0]);
  });

  test('never takes in what Slack may have already, what is sent again, what is held and what waits for its own time', async () => {
    const [unknown, again, held, later] = await digests.acceptMany(4, (n) => ({ source: { ...BY_WORKFLOW, workflowId: n === 2 ? 'w2' : 'w1' } }));
    await digests.acceptMany(40);
    await digests.opened.source.query(`insert into pauses (organization_id, workflow_id, paused_by) values ('acme', 'w2', 'ada@acme.test')`);
    await digests.opened.source.query('update deliveries set ambiguous = 1 where delivery_id = $1', [unknown]);
    await digests.opened.source.query('update deliveries set fold_key = null where delivery_id = $1', [again]);
    await digests.opened.source.query('update deliveries set held_since = now() where delivery_id = $1', [held]);
    await digests.opened.source.query(`update deliveries set not_before = now() + interval '1 hour' where delivery_id = $1`, [later]);
    await digests.fold();
    expect((await digests.rows(`kind = 'message' and digest_id is null`)).map(({ delivery_id }) => delivery_id)).toEqual([unknown, again, held, later]);
  });

  test('leaves out what was paused at this moment and is not held yet', async () => {
    await digests.acceptMany(40);
    const paused = await digests.acceptMany(2, () => ({ source: { ...BY_WORKFLOW, workflowId: 'w2' } }));
    const lane = await digests.leased();
    await digests.opened.source.query(`insert into pauses (organization_id, workflow_id, paused_by) values ('acme', 'w2', 'ada@acme.test')`);
    await digests.folding.fold(lane);
    expect((await digests.rows(`kind = 'message' and digest_id is null`)).map(({ delivery_id }) => delivery_id)).toEqual(paused);
  });

  test('is fixed once: what comes later is told by itself, or by the next digest', async () => {
    await digests.acceptMany(40);
    await digests.fold();
    const later = await digests.acceptMany(40);
    expect(await digests.rows(`kind = 'message' and digest_id is null`)).toHaveLength(40);
    await digests.opened.finish(await digests.opened.claimOne());
    await digests.opened.passTime(2);
    await digests.opened.source.query(`update lanes set fold_at = '-infinity'`);
    await digests.fold();
    const made = await digests.digests();
    expect(made.map(({ command }) => command.source)).toEqual([{ kind: 'digest', of: 40, workflowId: 'w1' }, { kind: 'digest', of: 40, workflowId: 'w1' }]);
    expect((await digests.rows(`digest_id = '${made[1]?.delivery_id ?? ''}'`)).map(({ delivery_id }) => delivery_id)).toEqual(later);
  });
});

describe('what a workspace may send at most', () => {
  test.each([
    ['wait to be sent to as well: it falls behind with them', `false, clock_timestamp()`, 1],
    ['rest for a time of their own: it does not fall behind', `false, clock_timestamp() + interval '1 hour'`, 0],
    ['are still looked for: it does not fall behind', `true, clock_timestamp()`, 0],
  ])('is shared by a destination with others; two hundred of them %s', async (_, isProvisionalAndNext, folded) => {
    Object.assign(digests.opened.config, { SLACK_WORKSPACE_RATE: 5, SLACK_WORKSPACE_BURST: 20 });
    await digests.acceptMany(2);
    await digests.opened.source.query(`update lanes set next_at = clock_timestamp() - interval '1 second'`);
    await digests.opened.source.query(
      `insert into lanes (organization_id, connection_id, destination_key, provisional, next_at, leased_until)
       select 'acme', 'connection-1', 'email:somebody-' || n, p.provisional, p.next_at, clock_timestamp() + interval '1 minute' from generate_series(1, 200) n, (select ${isProvisionalAndNext}) p (provisional, next_at)`,
    );
    expect(await digests.opened.claimToFold()).toHaveLength(folded);
  });
});

describe('after a pause of over an hour', () => {
  test('all that was held is told as one catch-up, also while the rest of it is being let go', async () => {
    await digests.opened.source.query(`insert into pauses (organization_id, workflow_id, paused_by) values ('acme', '', 'ada@acme.test')`);
    const ids = await digests.acceptMany(40);
    await ageBy(2);
    await digests.opened.source.query(`update deliveries set held_since = now() - interval '2 hours', expires_at = now() - interval '1 hour'`);
    await digests.opened.source.query('delete from pauses');
    await digests.opened.source.query(`update deliveries set held_since = null, expires_at = expires_at + interval '2 hours' where delivery_id = any($1)`, [ids.slice(0, 5)]);
    await digests.fold();
    expect((await digests.digests()).map(({ command }) => command.source)).toEqual([{ kind: 'digest', of: 40, workflowId: 'w1' }]);
    const [left] = await digests.opened.source.query<{ minutes: number }[]>(`select extract(epoch from min(expires_at) - now())::float8 / 60 as minutes from deliveries where held_since is null`);
    expect(left?.minutes).toBeCloseTo(60, 0);
  });
});

describe('after an outage of over an hour', () => {
  test('even a few messages are told as one catch-up', async () => {
    await digests.acceptMany(3);
    await ageBy(3);
    await digests.fold();
    const [digest] = await digests.digests();
    expect(digest?.command).toMatchObject({ source: { of: 3 }, digest: { title: 'Catch-up: 3 issues of the last 3 h that are still open' } });
  });
});

describe('the leak guard', () => {
  test('keeps out what may not be told there: each ends by itself, none is named or counted', async () => {
    await digests.acceptMany(40);
    const secrets = await digests.acceptMany(600, () => ({ issues: [anIssue({ category: 'secret', severity: 'critical' })] }));
    await digests.fold();
    const [digest] = await digests.digests();
    expect(digest?.command).toMatchObject({ source: { of: 40 }, digest: { title: expect.stringMatching(/^40 issues/) } });
    expect(JSON.stringify(digest?.command)).not.toContain('secret');
    const kept = await digests.rows(`state = 'suppressed'`);
    expect(kept.map(({ delivery_id }) => delivery_id)).toEqual(secrets);
    expect(new Set(kept.map(({ error }) => error?.code))).toEqual(new Set(['leak_guard']));
    expect(await digests.opened.said()).toHaveLength(600);
    expect(await digests.opened.metrics.registry.getSingleMetricAsString('tocsin_deliveries_total')).toContain('{kind="workflow",outcome="suppressed",reason="leak_guard"} 600');
  });

  test('keeps out also what comes after it looked: that is looked at when the lane is folded again', async () => {
    await digests.acceptMany(40);
    const foldKeys = digests.members.foldKeys.bind(digests.members);
    let secrets: string[] = [];
    jest.spyOn(digests.members, 'foldKeys').mockImplementationOnce(async (...given) => {
      secrets = await digests.acceptMany(5, () => ({ issues: [anIssue({ category: 'secret' })] }));
      return foldKeys(...given);
    });
    await digests.fold();
    expect((await digests.digests()).map(({ command }) => command.source)).toEqual([{ kind: 'digest', of: 40, workflowId: 'w1' }]);
    expect((await digests.rows(`kind = 'message' and digest_id is null`)).map(({ delivery_id }) => delivery_id)).toEqual(secrets);
  });

  test('lets secrets into a private channel, in a digest too', async () => {
    digests.readBy({ isPrivate: true, isShared: false });
    await digests.acceptMany(40, () => ({ issues: [anIssue({ category: 'secret' })] }));
    await digests.fold();
    expect((await digests.digests()).map(({ command }) => command.source)).toEqual([{ kind: 'digest', of: 40, workflowId: 'w1' }]);
  });

  test('while nobody knows who can read the channel nothing is folded, and its lane goes on', async () => {
    digests.readers = { failure: { family: 'shaken', code: 'http_503', message: 'Slack was away', remedy: '' } };
    const [first] = await digests.acceptMany(40, () => ({ issues: [anIssue({ category: 'secret' })] }));
    await digests.fold();
    expect(await digests.digests()).toEqual([]);
    expect((await digests.opened.claimOne())?.deliveryId).toBe(first);
  });
});

describe('folding', () => {
  test('is one process’s at a time, and nobody’s who has lost the lane', async () => {
    await digests.acceptMany(40);
    const mine = await digests.leased();
    expect(await digests.opened.claimToFold()).toEqual([]);
    await digests.opened.passTime(31);
    await digests.opened.source.query(`update lanes set fold_at = '-infinity'`);
    const theirs = await digests.leased();
    await Promise.all([digests.folding.fold(mine), digests.folding.fold(theirs)]);
    expect(await digests.digests()).toHaveLength(1);
    expect(await digests.rows('digest_id is not null')).toHaveLength(40);
  });

  test('keeps nobody from sending to the lane, and what comes meanwhile is told by itself', async () => {
    await digests.acceptMany(40);
    const lane = await digests.leased();
    const takePlace = digests.members.takePlace.bind(digests.members);
    let [during]: (string | undefined)[] = [];
    jest.spyOn(digests.members, 'takePlace').mockImplementationOnce(async (tx, key) => {
      [during] = await digests.acceptMany(1);
      await takePlace(tx, key);
    });
    await digests.folding.fold(lane);
    expect((await digests.digests()).map(({ command }) => command.source)).toEqual([{ kind: 'digest', of: 40, workflowId: 'w1' }]);
    expect((await digests.rows(`kind = 'message' and digest_id is null`)).map(({ delivery_id }) => delivery_id)).toEqual([during]);
  });

  test('of a process that died is done by the next one', async () => {
    await digests.acceptMany(40);
    await digests.leased();
    expect(await digests.opened.claim(10)).toEqual([]);
    await digests.opened.passTime(31);
    await digests.opened.source.query(`update lanes set fold_at = '-infinity'`);
    await digests.fold();
    expect(await digests.rows('digest_id is not null')).toHaveLength(40);
  });

  test('that fails half-way changes nothing, and the messages are sent one by one', async () => {
    const [first] = await digests.acceptMany(40);
    const lane = await digests.leased();
    jest.spyOn(digests.members, 'takePlace').mockRejectedValueOnce(new Error('the database is full'));
    await digests.folding.fold(lane);
    expect(await digests.digests()).toEqual([]);
    expect(await acceptedCount()).toBe(40);
    expect((await digests.opened.claimOne())?.deliveryId).toBe(first);
  });

  test.each<[string, () => Promise<unknown>]>([
    ['found nothing that goes together', () => digests.opened.source.query(`update deliveries set fold_key = delivery_id`)],
    ['failed', () => Promise.resolve(jest.spyOn(digests.members, 'takePlace').mockRejectedValueOnce(new Error('the database is full')))],
    ['could not find out who reads the channel', async () => {
      digests.readers = { failure: notSent('nobody there') };
      await digests.opened.source.query(`update deliveries set category = 'secret'`);
    }],
  ])('that %s does not begin again at once, however long it took: the lane sends first', async (_, happens) => {
    const [first] = await digests.acceptMany(40);
    const lane = await digests.leased();
    await happens();
    await digests.opened.source.query(`update lanes set fold_at = fold_at - interval '10 seconds'`);
    await digests.folding.fold(lane);
    expect((await digests.opened.claimOne())?.deliveryId).toBe(first);
  });

  test('does not touch the pacing of the lane', async () => {
    await digests.acceptMany(40);
    const lane = await digests.leased();
    await digests.opened.source.query(`update lanes set next_at = '2040-01-01T00:00:00Z'`);
    await digests.folding.fold(lane);
    const [row] = await digests.opened.source.query<{ next_at: Date; lease_id: string | null }[]>('select next_at, lease_id from lanes');
    expect(row).toEqual({ next_at: new Date('2040-01-01T00:00:00Z'), lease_id: null });
  });

  test('waits for a connection that cannot send any more', async () => {
    await digests.acceptMany(40);
    const lane = await digests.leased();
    await digests.opened.connect({ version: 2, paused: true });
    await digests.folding.fold(lane);
    expect(await digests.digests()).toEqual([]);
  });

  test('goes on beside arrivals, results and ends without a deadlock, and everything is accounted for', async () => {
    await digests.acceptMany(200);
    await Promise.all([
      digests.fold(),
      ...Array.from({ length: 10 }, () => digests.acceptMany(50)),
      ...Array.from({ length: 5 }, (_, n) => digests.opened.source.transaction((tx) => digests.opened.waiting.end(tx, { state: 'suppressed', error: { code: 'cancelled', message: 'Cancelled', remedy: '' } }, { condition: `d.issue_ids[1] like $1`, parameters: [`issue-${n}%`] }))),
    ]);
    const [digest] = await digests.digests();
    expect(await digests.rows()).toHaveLength(701);
    expect(await acceptedCount()).toBe(701);
    const { source } = (await digests.renewal.preview('connection-1', { organizationId: 'acme', digestId: digest?.delivery_id ?? '' })) ?? digest?.command ?? {};
    expect(await digests.rows(`digest_id is not null`)).toHaveLength(source?.kind === 'digest' ? source.of : -1);
  });

  test('10,000 messages take few seconds', async () => {
    await digests.acceptMany(10_000);
    const lane = await digests.leased();
    const startedAt = performance.now();
    await digests.folding.fold(lane);
    expect(performance.now() - startedAt).toBeLessThan(10_000);
    expect((await digests.digests()).map(({ command }) => command.source)).toEqual([{ kind: 'digest', of: 10_000, workflowId: 'w1' }]);
  }, 120_000);
});

test('a digest that waits again is not folded, and its members wait on', async () => {
  await digests.acceptMany(40);
  await digests.fold();
  await digests.opened.finish(await digests.opened.claimOne(), waits());
  await digests.settleAll();
  expect(await digests.rows(`state <> 'waiting'`)).toEqual([]);
  expect(await digests.rows(`digest_id is not null`)).toHaveLength(40);
});

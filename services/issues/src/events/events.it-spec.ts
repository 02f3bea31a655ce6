import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { CloudEvent, HTTP } from 'cloudevents';

import type { IssueChanged, IssueRefreshed, Problem, Receipt } from '@tocsin/contracts';
import type { Issue } from '@tocsin/domain';
import { PermanentError } from '@tocsin/platform';
import { eventually } from '@tocsin/testing';

import { RunningIssues, type Answer, type Caller } from '../../test/running-issues.js';

interface Items<T> {
  items: T[];
}

type Refused = Problem & { receipt: Receipt };

const STRUCTURED = { 'content-type': 'application/cloudevents+json' };
const BATCH = { 'content-type': 'application/cloudevents-batch+json' };

let issues: RunningIssues;
let ci: Caller;

beforeAll(async () => {
  issues = await RunningIssues.start();
  ci = await issues.as('ci@acme.test', { roles: ['admin'] });
}, 60_000);

afterAll(() => issues.stop(), 30_000);

let number = 0;
function reported(application: string, data: object = {}, attributes: object = {}): Record<string, unknown> {
  number += 1;
  return {
    specversion: '1.0', id: `event-${number}`, source: '/ci/acme', type: 'issue.reported.v1',
    data: { title: 'SQL query built from user input', severity: 'high', application, fingerprint: 'one', ...data }, ...attributes,
  };
}

function post<T>(events: unknown, headers: Record<string, string> = STRUCTURED, as: Caller = ci): Promise<Answer<T>> {
  return as.call('POST', '/v1/events', { body: events, headers });
}

async function issuesOf(application: string, status = 'open'): Promise<Issue[]> {
  return (await ci.get<Items<Issue>>(`/v1/issues?application=${application}&status=${status}&limit=200`)).body.items;
}

describe('events over HTTP', () => {
  test('an independent producer’s event becomes an issue, in structured and in binary mode', async () => {
    for (const encode of [HTTP.structured, HTTP.binary]) {
      const event = new CloudEvent({ source: '/ci/acme', type: 'issue.reported.v1', data: { title: 'Found', severity: 'low', application: 'producer', fingerprint: encode.name } });
      const { headers, body } = encode(event);
      const answer = await ci.call<Receipt>('POST', '/v1/events', { raw: body as string, headers: headers as Record<string, string> });
      expect([answer.status, answer.body]).toEqual([202, { accepted: 1, duplicates: 0, refused: [] }]);
    }
    expect(await issuesOf('producer')).toHaveLength(2);
  });

  test('a new issue is told, a changed one with what changed, the same one only seen again', async () => {
    await post(reported('told'));
    await post(reported('told', { severity: 'critical' }));
    await post(reported('told', { severity: 'critical', title: 'Other words for it' }));
    await eventually(() => issues.bus.dataOf<IssueChanged>('issue.changed.v1').filter(({ issue }) => issue.application === 'told').length === 2);
    const told = issues.bus.dataOf<IssueChanged>('issue.changed.v1').filter(({ issue }) => issue.application === 'told');
    expect(told.map(({ change, changes }) => [change, changes])).toEqual([['new', []], ['updated', [{ field: 'severity', from: 'high', to: 'critical' }]]]);
    expect(await issuesOf('told')).toMatchObject([{ title: 'Other words for it', revision: 3 }]);
  });

  test('what is told of an event belongs to its trace, whichever way it came', async () => {
    const trace = (digit: string): string => `00-${digit.repeat(32)}-00f067aa0ba902b7-01`;
    await post(reported('traced', { fingerprint: 'http' }), { ...STRUCTURED, traceparent: trace('a') });
    await issues.bus.deliver('issue.reported.v1', 'acme', { title: 'By message', severity: 'low', application: 'traced', fingerprint: 'amqp' }, { traceparent: trace('b') });
    const said = (): typeof issues.bus.said => issues.bus.said.filter(({ type, body }) => type === 'issue.changed.v1' && body.includes('"traced"'));
    await eventually(() => said().length === 2);
    expect(said().map(({ headers }) => headers?.traceparent)).toEqual([expect.stringMatching(/^00-a{32}-[0-9a-f]{16}-01$/), expect.stringMatching(/^00-b{32}-[0-9a-f]{16}-01$/)]);
  });

  test.each(['title', 'application', 'fingerprint'])('one whose %s holds nothing that can be kept is refused', async (name) => {
    const { status, body } = await post<Refused>(reported('nothing', { [name]: '\0\0' }));
    expect([status, body.errors, body.receipt.refused.length]).toEqual([400, [{ pointer: `/data/${name}`, code: 'isNotEmpty', message: `${name} should not be empty` }], 1]);
  });

  test.each(['title', 'application', 'fingerprint'])('one whose %s is white space is refused', async (name) => {
    const { status, body } = await post<Refused>(reported('nothing', { [name]: ' \t\n' }));
    expect([status, body.errors?.map(({ pointer }) => pointer)]).toEqual([400, [`/data/${name}`]]);
  });

  test('a field that the contract does not know is refused with its place, and one that issues get here is passed over', async () => {
    const { status, body } = await post<Refused>([reported('known'), reported('known', { seveerity: 'low', location: { path: 'a.ts', snippet: 'x' } })], BATCH);
    expect([status, body.errors]).toEqual([400, [
      { pointer: '/1/data/seveerity', code: 'unknown_field', message: 'seveerity is not a known field' }, { pointer: '/1/data/location/snippet', code: 'unknown_field', message: 'snippet is not a known field' },
    ]]);
    expect(await issuesOf('known')).toEqual([]);
    expect((await post(reported('known', { id: 'i1', revision: 7, status: 'open', tags: null }))).status).toBe(202);
  });

  test('a mark of the byte order before an event or a batch is passed over, as before a report', async () => {
    const send = (raw: string, headers: Record<string, string>): Promise<Answer<Receipt>> => ci.call('POST', '/v1/events', { raw: `\uFEFF${raw}`, headers });
    expect((await send(JSON.stringify(reported('marked')), STRUCTURED)).body).toMatchObject({ accepted: 1 });
    expect((await send(JSON.stringify([reported('marked')]), BATCH)).body).toMatchObject({ accepted: 1 });
  });

  test('other words, or a line that moved, are said as a refresh; the same again is not', async () => {
    await post(reported('refreshed'));
    await post(reported('refreshed', { location: { path: 'src/a.ts', line: 7 } }));
    await post(reported('refreshed', { location: { path: 'src/a.ts', line: 7 } }));
    await post(reported('refreshed', { title: 'Other words for it', location: { path: 'src/a.ts', line: 7 } }));
    const refreshed = (): IssueRefreshed[] => issues.bus.dataOf<IssueRefreshed>('issue.refreshed.v1').filter(({ issue }) => issue.application === 'refreshed');
    await eventually(() => refreshed().some(({ issue }) => issue.title === 'Other words for it'));
    expect(refreshed().map(({ organizationId, issue }) => [organizationId, issue.revision, issue.location?.line])).toEqual([['acme', 2, 7], ['acme', 3, 7]]);
    expect(issues.bus.dataOf<IssueChanged>('issue.changed.v1').filter(({ issue }) => issue.application === 'refreshed')).toHaveLength(1);
  });

  test('an issue is resolved by its fingerprint', async () => {
    await post(reported('fixed', { tool: 'semgrep', scope: 'api' }));
    await post({ ...reported('fixed'), type: 'issue.resolved.v1', data: { application: 'fixed', scope: 'api', fingerprint: 'one' } });
    expect(await issuesOf('fixed', 'resolved')).toHaveLength(1);
  });

  test('an event that comes again is a duplicate, and another organization’s of the same name is not', async () => {
    const event = reported('again');
    expect((await post<Receipt>(event)).body).toEqual({ accepted: 1, duplicates: 0, refused: [] });
    expect((await post<Receipt>(event)).body).toEqual({ accepted: 0, duplicates: 1, refused: [] });
    const rival = await issues.as('ci@rival.test', { organization: 'rival' });
    expect((await post<Receipt>(event, STRUCTURED, rival)).body.accepted).toBe(1);
  });

  test('an event is nobody else’s duplicate, whatever organizations and sources are called', async () => {
    const [long, short] = [await issues.as('ci@acme.test', { organization: 'globex corp' }), await issues.as('ci@acme.test', { organization: 'globex' })];
    const [one, other] = [reported('named', {}, { id: 'same', source: 'corp /ci' }), reported('named', {}, { id: 'same', source: '/ci' })];
    expect((await post<Receipt>(one, STRUCTURED, short)).body.accepted).toBe(1);
    expect((await post<Receipt>(other, STRUCTURED, long)).body.accepted).toBe(1);
    expect((await post<Receipt>(other, STRUCTURED, long)).body.duplicates).toBe(1);
  });

  test('an older event that arrives late changes nothing', async () => {
    await post(reported('order', { severity: 'low' }, { time: '2026-05-02T00:00:00Z' }));
    await post(reported('order', { severity: 'critical' }, { time: '2026-05-01T00:00:00Z' }));
    expect(await issuesOf('order')).toMatchObject([{ severity: 'low' }]);
  });

  test('a batch with one bad event is refused whole, with a receipt that names it', async () => {
    const { status, body } = await post<Refused>([reported('batch'), reported('batch', { severity: 'enormous' }), reported('batch', { fingerprint: undefined })], BATCH);
    expect(status).toBe(400);
    expect(body.receipt).toMatchObject({ accepted: 0, refused: [{ index: 1, pointer: '/1/data/severity' }, { index: 2, pointer: '/2/data/fingerprint' }] });
    expect(body.errors?.map(({ pointer }) => pointer)).toEqual(['/1/data/severity', '/2/data/fingerprint']);
    expect(await issuesOf('batch')).toEqual([]);
  });

  test('a batch is taken whole, each event once', async () => {
    const events = [...Array(120).keys()].map((index) => reported(`many-${index % 3}`, { fingerprint: `f${index}` }));
    expect((await post<Receipt>([...events, events[0]], BATCH)).body).toEqual({ accepted: 120, duplicates: 1, refused: [] });
    expect(await issuesOf('many-0')).toHaveLength(40);
  });

  test('two batches over the same applications at once do not stand in each other’s way', async () => {
    const batches = [...Array(4).keys()].map((batch) => [...Array(20).keys()].map((index) => reported(`crossing-${(index * (batch + 1)) % 5}`, { fingerprint: `f${index}` })));
    const answers = await Promise.all(batches.map((batch) => post<Receipt>(batch, BATCH)));
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202, 202]);
  });

  test.each([
    ['a type that nobody here speaks', (): unknown => reported('x', {}, { type: 'order.placed.v1' }), STRUCTURED, 422, '/type'],
    ['another organization on the envelope', (): unknown => reported('x', {}, { organizationid: 'rival' }), STRUCTURED, 403, '/organizationid'],
    ['another organization in the data', (): unknown => reported('x', { organizationId: 'rival' }), STRUCTURED, 403, '/data/organizationId'],
    ['no source', (): unknown => reported('x', {}, { source: undefined }), STRUCTURED, 400, '/source'],
    ['a data that is no object', (): unknown => ({ ...reported('x'), data: 7 }), STRUCTURED, 400, '/data'],
    ['plain JSON without an envelope', (): unknown => ({ title: 'x' }), { 'content-type': 'application/json' }, 400, '/id'],
    ['more events than a batch may hold', (): unknown => Array.from({ length: 501 }, () => reported('x')), BATCH, 413, ''],
    ['a content type of something else', (): unknown => 'x', { 'content-type': 'text/plain' }, 415, 'Content-Type'],
  ])('with %s are refused with the place', async (_, events, headers, status, place) => {
    const { status: answered, body } = await post<Refused>(events(), headers);
    expect(answered).toBe(status);
    expect(body.errors?.map(({ pointer, header }) => header ?? pointer)).toContain(place);
    expect(await issuesOf('x')).toEqual([]);
  });

  test('broken JSON is refused with a receipt', async () => {
    const { status, body } = await ci.call<Refused>('POST', '/v1/events', { raw: '{"specversion":', headers: STRUCTURED });
    expect([status, body.receipt.accepted, body.receipt.refused.length]).toEqual([400, 0, 1]);
  });

  test('a key may name only the applications that it is for', async () => {
    const key = issues.withKey('tocsin_only_payments', { applications: ['payments'] });
    expect((await post(reported('payments'), STRUCTURED, key)).status).toBe(202);
    expect((await post<Refused>(reported('ledger'), STRUCTURED, key)).status).toBe(403);
  });
});

describe('events on the bus', () => {
  const data = { title: 'Open bucket', severity: 'critical', application: 'bus', fingerprint: 'bucket' };

  test('are the same as over HTTP, taken once however often they come', async () => {
    for (let time = 0; time < 3; time += 1) await issues.bus.deliver('issue.reported.v1', 'acme', data, { id: 'bus-1' });
    expect(await issuesOf('bus')).toMatchObject([{ title: 'Open bucket', revision: 1 }]);
    await issues.bus.deliver('issue.resolved.v1', 'acme', { application: 'bus', fingerprint: 'bucket' });
    expect(await issuesOf('bus', 'resolved')).toHaveLength(1);
  });

  test.each([
    ['that name no organization', undefined, data],
    ['that name two organizations', 'acme', { ...data, organizationId: 'rival' }],
    ['that identify no issue', 'acme', { ...data, fingerprint: undefined }],
    ['whose title is white space', 'acme', { ...data, title: ' ' }],
    ['that are not valid', 'acme', { ...data, severity: 'enormous' }],
  ])('%s go to the dead letters', async (_, organization, content) => {
    await expect(issues.bus.deliver('issue.reported.v1', organization, content)).rejects.toThrow(PermanentError);
  });
});

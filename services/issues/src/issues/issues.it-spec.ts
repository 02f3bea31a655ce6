import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

import type { Application, AuditEntry, IssueChanged, IssueFacets, Problem } from '@tocsin/contracts';
import type { Issue } from '@tocsin/domain';
import { eventually } from '@tocsin/testing';

import { RunningIssues, type Caller } from '../../test/running-issues.js';

interface Items<T> {
  items: T[];
  nextCursor: string | null;
}

const REPORTED = [
  { fingerprint: 'sqli', title: 'SQL injection in Payments', severity: 'critical', application: 'payments', tool: 'CodeQL', rule: 'java/sql', location: { path: 'src/api/Payments.java', line: 3 }, cwes: ['CWE-89'], owners: ['Ada@acme.test'], firstSeen: '2026-01-01T00:00:00Z' },
  { fingerprint: 'log4j', title: '=HYPERLINK("http://evil.test","log4j")', severity: 'high', application: 'ledger', tool: 'Grype', rule: 'CVE-2021-44228', location: { path: 'lib/log4j.jar' }, cves: ['CVE-2021-44228'], owners: ['bob@acme.test'], firstSeen: '2026-02-01T00:00:00Z' },
  { fingerprint: 'bucket', title: 'Bucket "open", 100% public', severity: 'medium', application: 'ledger', tool: 'Checkov', rule: 'CKV_1', location: { path: 'src_infra/bucket.tf' }, scope: 'prod', tags: ['terraform'], firstSeen: '2026-03-01T00:00:00Z' },
  { fingerprint: 'key', title: 'Привет: ключ в коде', severity: 'low', application: 'payments', tool: 'gitleaks', rule: 'aws-key', location: { path: 'src/config.ts' }, category: 'secret', firstSeen: '2026-04-01T00:00:00Z' },
] as const;

let issues: RunningIssues;
let noa: Caller;

beforeAll(async () => {
  issues = await RunningIssues.start();
  noa = await issues.as('noa@acme.test');
  for (const data of REPORTED) await issues.bus.deliver('issue.reported.v1', 'acme', data);
  await issues.bus.deliver('issue.reported.v1', 'acme', { fingerprint: 'old', title: 'Old news', severity: 'info', application: 'attic' });
  await issues.bus.deliver('issue.resolved.v1', 'acme', { fingerprint: 'old', application: 'attic' });
  await issues.bus.deliver('issue.reported.v1', 'rival', { fingerprint: 'theirs', title: 'Rival', severity: 'critical', application: 'payments' });
}, 60_000);

afterAll(() => issues.stop(), 30_000);

async function found(query: string): Promise<string[]> {
  const { status, body } = await noa.get<Items<Issue>>(`/v1/issues?${query}`);
  return status === 200 ? body.items.map(({ fingerprint }) => fingerprint) : [`status ${status}`];
}

async function theIssue(fingerprint: string): Promise<Issue> {
  const issue = (await noa.get<Items<Issue>>('/v1/issues?status=open,resolved,excluded')).body.items.find((item) => item.fingerprint === fingerprint);
  if (!issue) throw new Error(`there is no ${fingerprint}`);
  return issue;
}

describe('the list of issues', () => {
  test.each([
    ['', ['sqli', 'log4j', 'bucket', 'key']],
    ['severity=critical,high', ['sqli', 'log4j']],
    ['severity=low&severity=medium', ['bucket', 'key']],
    ['status=resolved', ['old']],
    ['status=open,resolved&application=attic', ['old']],
    ['category=secret', ['key']],
    ['application=ledger', ['log4j', 'bucket']],
    ['tool=grype', ['log4j']],
    ['owner=ADA@acme.test', ['sqli']],
    ['cve=cve-2021-44228', ['log4j']],
    ['rule=CKV_1,aws-key', ['bucket', 'key']],
    ['path=src', ['sqli', 'key']],
    ['path=src/config.ts', ['key']],
    ['path=src_infra/', ['bucket']],
    ['scope=prod', ['bucket']],
    ['q=sql+payments', ['sqli']],
    ['q=44228', ['log4j']],
    ['q=100%25', ['bucket']],
    ['q=%D0%9F%D0%A0%D0%98%D0%92%D0%95%D0%A2', ['key']],
    ['q=cwe-89', ['sqli']],
    ['q=nothing+like+it', []],
    ['q=%00', ['sqli', 'log4j', 'bucket', 'key']],
    ['firstSeenAfter=2026-02-15T00:00:00Z', ['bucket', 'key']],
    ['sort=firstSeen', ['sqli', 'log4j', 'bucket', 'key']],
    ['sort=-firstSeen', ['key', 'bucket', 'log4j', 'sqli']],
    ['sort=severity', ['key', 'bucket', 'log4j', 'sqli']],
    ['sort=title', ['log4j', 'bucket', 'sqli', 'key']],
    ['sort=lastSeen', ['sqli', 'log4j', 'bucket', 'key']],
    ['severity=high&application=payments', []],
  ])('with "%s" holds %j', async (query, fingerprints) => {
    expect(await found(query)).toEqual(fingerprints);
  });

  test.each([
    ['colour=red', 'colour'], ['severity=enormous', 'severity'], ['status=', 'status'], ['sort=owner', 'sort'], ['limit=201', 'limit'], ['limit=0', 'limit'], ['firstSeenAfter=soon', 'firstSeenAfter'],
    ['cursor=abc', 'cursor'], ['cursor=WyJ0aXRsZSIsInQiLCJpZCJd', 'cursor'], ['severity[a]=high', 'severity[a]'],
  ])('with "%s" is refused with the parameter', async (query, parameter) => {
    const { status, body } = await noa.get<Problem>(`/v1/issues?${query}`);
    expect([status, body.errors?.[0]?.parameter]).toEqual([400, parameter]);
  });

  test.each(['-severity', 'severity', 'title', '-title', 'lastSeen', '-firstSeen'])('sorted by %s comes in pages without gap or repetition', async (sort) => {
    const all: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const { body }: { body: Items<Issue> } = await noa.get(`/v1/issues?limit=1&sort=${sort}${cursor === '' ? '' : `&cursor=${cursor}`}`);
      all.push(...body.items.map(({ fingerprint }) => fingerprint));
      cursor = body.nextCursor;
    }
    expect(all).toEqual(await found(`sort=${sort}`));
  });

  test('a cursor of another sort is refused', async () => {
    const { body } = await noa.get<Items<Issue>>('/v1/issues?limit=1&sort=title');
    expect((await noa.get(`/v1/issues?limit=1&cursor=${body.nextCursor ?? ''}`)).status).toBe(400);
  });

  test('has facets that say what else could be picked', async () => {
    const { body } = await noa.get<IssueFacets>('/v1/issues/facets?severity=critical');
    expect(body.facets.severity).toEqual({ critical: 1, high: 1, medium: 1, low: 1 });
    expect(body.facets.application).toEqual({ payments: 1 });
    expect(body.facets.owner).toEqual({ 'ada@acme.test': 1 });
    expect(body.facets.status).toEqual({ open: 1 });
  });

  test('is exported as CSV that no spreadsheet runs', async () => {
    const { headers, body } = await noa.get<string>('/v1/issues', { accept: 'text/csv' });
    expect(headers.get('content-type')).toContain('text/csv');
    const lines = body.trimEnd().split('\r\n');
    expect(lines).toHaveLength(5);
    expect(lines[0]).toMatch(/^id,severity,status,title,/);
    expect(lines[2]).toContain(`,"'=HYPERLINK(""http://evil.test"",""log4j"")",`);
    expect(lines[3]).toContain(',"Bucket ""open"", 100% public",');
  });

  test('is exported as one JSON object a line, all of the filter', async () => {
    const { headers, body } = await noa.get<string>('/v1/issues?application=ledger&limit=1', { accept: 'application/x-ndjson' });
    expect(headers.get('content-type')).toContain('application/x-ndjson');
    expect(body.trimEnd().split('\n').map((line) => (JSON.parse(line) as Issue).fingerprint)).toEqual(['log4j', 'bucket']);
  });
});

describe('one issue', () => {
  test('is read with its revision', async () => {
    const { id } = await theIssue('sqli');
    const { status, headers, body } = await noa.get<Issue>(`/v1/issues/${id}`);
    expect([status, headers.get('etag')]).toEqual([200, '"1"']);
    expect(body).toMatchObject({ id, revision: 1, title: 'SQL injection in Payments', owners: ['ada@acme.test'], category: 'code', firstSeen: '2026-01-01T00:00:00.000Z' });
  });

  test('of another organization is not there, nor one that does not exist', async () => {
    const { id } = await theIssue('sqli');
    const eve = await issues.as('eve@rival.test', { organization: 'rival' });
    for (const path of [`/v1/issues/${id}`, '/v1/issues/0198f000-0000-7000-8000-000000000000', '/v1/issues/nonsense']) {
      expect((await eve.get(path)).status).toBe(404);
      expect((await eve.call('PATCH', path, { body: { severity: 'low' } })).status).toBe(404);
    }
    expect((await eve.get<Items<Issue>>('/v1/issues')).body.items.map(({ fingerprint }) => fingerprint)).toEqual(['theirs']);
  });

  test('is edited on the revision that was seen, told and audited; on another one refused', async () => {
    const { id } = await theIssue('bucket');
    const edited = await noa.call<Issue>('PATCH', `/v1/issues/${id}`, { body: { severity: 'high', owners: ['Zoe@acme.test'], reason: 'it holds invoices' }, headers: { 'if-match': '"1"' } });
    expect([edited.status, edited.headers.get('etag'), edited.body.severity, edited.body.owners]).toEqual([200, '"2"', 'high', ['zoe@acme.test']]);
    expect((await noa.call('PATCH', `/v1/issues/${id}`, { body: { severity: 'low' }, headers: { 'if-match': '1' } })).status).toBe(412);
    expect((await noa.call('PATCH', `/v1/issues/${id}`, { body: { severity: 'low' }, headers: { 'if-match': 'yesterday' } })).status).toBe(400);
    const event = await eventually(() => issues.bus.dataOf<IssueChanged>('issue.changed.v1').find(({ issue, change }) => issue.id === id && change === 'updated'));
    expect(event.changes).toEqual([{ field: 'severity', from: 'medium', to: 'high' }, { field: 'owners', from: [], to: ['zoe@acme.test'] }]);
    const { body: audit } = await noa.get<Items<AuditEntry>>('/v1/audit');
    expect(audit.items).toContainEqual(expect.objectContaining({ action: 'issue.edited', target: { kind: 'issue', id }, before: { severity: 'medium', owners: [] }, after: { severity: 'high', owners: ['zoe@acme.test'], reason: 'it holds invoices' } }));
  });

  test('keeps what a person set when the source says otherwise', async () => {
    const data = { fingerprint: 'hand', title: 'By hand', severity: 'low', application: 'hands' };
    await issues.bus.deliver('issue.reported.v1', 'acme', data);
    const { id } = await theIssue('hand');
    await noa.call('PATCH', `/v1/issues/${id}`, { body: { severity: 'critical', status: 'excluded' } });
    await issues.bus.deliver('issue.reported.v1', 'acme', { ...data, title: 'By hand, again', severity: 'medium' });
    expect((await noa.get<Issue>(`/v1/issues/${id}`)).body).toMatchObject({ severity: 'critical', status: 'excluded', title: 'By hand, again' });
  });

  test('that was resolved by hand comes back when it is found again', async () => {
    const data = { fingerprint: 'zombie', title: 'Zombie', severity: 'low', application: 'hands' };
    await issues.bus.deliver('issue.reported.v1', 'acme', data);
    const { id } = await theIssue('zombie');
    await noa.call('PATCH', `/v1/issues/${id}`, { body: { status: 'resolved' } });
    await issues.bus.deliver('issue.reported.v1', 'acme', data);
    await eventually(() => issues.bus.dataOf<IssueChanged>('issue.changed.v1').filter(({ issue }) => issue.id === id).length === 3);
    expect(issues.bus.dataOf<IssueChanged>('issue.changed.v1').filter(({ issue }) => issue.id === id).map(({ change }) => change)).toEqual(['new', 'resolved', 'reopened']);
  });

  test('is read by viewers and edited only by those who may', async () => {
    const { id } = await theIssue('sqli');
    const viewer = await issues.as('vi@acme.test', { roles: ['viewer'] });
    expect((await viewer.get(`/v1/issues/${id}`)).status).toBe(200);
    expect((await viewer.call('PATCH', `/v1/issues/${id}`, { body: { severity: 'low' } })).status).toBe(403);
  });

  test.each([[{ colour: 'red' }, '/colour'], [{ severity: 'huge' }, '/severity'], [{ owners: ['nobody'] }, '/owners'], [{ status: 'gone' }, '/status']])('an edit with %j is refused with the place', async (body, pointer) => {
    const { id } = await theIssue('sqli');
    const answer = await noa.call<Problem>('PATCH', `/v1/issues/${id}`, { body });
    expect([answer.status, answer.body.errors?.[0]?.pointer]).toEqual([400, pointer]);
  });

  test('a field that is null is left as it is', async () => {
    const issue = await theIssue('sqli');
    const answer = await noa.call<Issue>('PATCH', `/v1/issues/${issue.id}`, { body: { severity: null, owners: null, status: null } });
    expect([answer.status, answer.body]).toEqual([200, issue]);
  });

  test('a key that is for other applications does not see it', async () => {
    const key = issues.withKey('tocsin_reads_ledger', { permissions: ['issues:read'], applications: ['ledger'] });
    expect((await key.get<Items<Issue>>('/v1/issues')).body.items.every(({ application }) => application === 'ledger')).toBe(true);
    expect((await key.get(`/v1/issues/${(await theIssue('sqli')).id}`)).status).toBe(404);
  });
});

describe('applications', () => {
  test('appear with their first issue, and are made and edited by hand', async () => {
    expect((await noa.get<Items<Application>>('/v1/applications?limit=200')).body.items.map(({ name }) => name)).toEqual(expect.arrayContaining(['attic', 'ledger', 'payments']));
    const made = await noa.post<Application>('/v1/applications', { name: 'made/by hand', defaultBranch: 'trunk' });
    expect([made.status, made.body]).toEqual([201, { name: 'made/by hand', owners: [], ownerRules: [], defaultBranch: 'trunk', alertOnFirstScan: false }]);
    expect((await noa.post('/v1/applications', { name: 'made/by hand' })).status).toBe(409);
    const path = `/v1/applications/${encodeURIComponent('made/by hand')}`;
    const edited = await noa.call<Application>('PATCH', path, { body: { alertOnFirstScan: true, defaultDestination: { connectionId: 'c1', destination: { name: '#made' } } } });
    expect(edited.body).toMatchObject({ defaultBranch: 'trunk', alertOnFirstScan: true, defaultDestination: { connectionId: 'c1', destination: { name: '#made' } } });
    const cleared = await noa.call<Application>('PATCH', path, { body: { defaultDestination: null, defaultBranch: null } });
    expect(cleared.body).toMatchObject({ defaultBranch: 'trunk', alertOnFirstScan: true });
    expect(cleared.body).not.toHaveProperty('defaultDestination');
    expect((await noa.get<Application>(path)).body).toEqual(cleared.body);
  });

  test.each([
    ['GET', '/v1/applications/%00', undefined, 404],
    ['GET', '/v1/issues/%00', undefined, 404],
    ['PATCH', '/v1/applications/ledger', { ownerRules: [{ pattern: 'a\u0000b', owners: [] }] }, 200],
    ['POST', '/v1/applications', { name: 'with \u0000 in it' }, 201],
  ])('and text that PostgreSQL cannot hold: %s %s %j is answered with %i', async (method, path, body, status) => {
    expect((await noa.call(method, path, { ...(body && { body }) })).status).toBe(status);
  });

  test('come in pages', async () => {
    const { body: first } = await noa.get<Items<Application>>('/v1/applications?limit=1');
    const { body: second } = await noa.get<Items<Application>>(`/v1/applications?limit=1&cursor=${first.nextCursor ?? ''}`);
    expect((second.items[0]?.name ?? '') > (first.items[0]?.name ?? 'z')).toBe(true);
  });

  test('of another organization are not there', async () => {
    const eve = await issues.as('eve@rival.test', { organization: 'rival' });
    expect((await eve.get('/v1/applications/ledger')).status).toBe(404);
    expect((await eve.call('PATCH', '/v1/applications/ledger', { body: { defaultBranch: 'x' } })).status).toBe(404);
  });
});

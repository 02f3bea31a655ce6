import { once } from 'node:events';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

import type { AuditEntry, IssueChanged, Problem, Scan, ScanCompleted } from '@tocsin/contracts';
import type { Issue } from '@tocsin/domain';
import { eventually } from '@tocsin/testing';

import { fixture, RunningIssues, type Caller } from '../../test/running-issues.js';

interface Items<T> {
  items: T[];
  nextCursor: string | null;
}

interface Sarif {
  runs: { results: Record<string, unknown>[]; invocations?: object[]; automationDetails?: object }[];
}

let issues: RunningIssues;
let noa: Caller;
let grype: Sarif;
let grypeTotal: number;

beforeAll(async () => {
  issues = await RunningIssues.start({ REPORT_MAX_COMPRESSED_MB: '1', REPORT_MAX_MB: '4' });
  noa = await issues.as('noa@acme.test');
  grype = JSON.parse((await fixture('grype-container.sarif')).toString()) as Sarif;
  grypeTotal = grype.runs[0]?.results.length ?? 0;
}, 60_000);

afterAll(() => issues.stop(), 30_000);

/** The report with other results, or another run. */
function report(results: (all: Record<string, unknown>[]) => Record<string, unknown>[], run: object = {}): string {
  return JSON.stringify({ ...grype, runs: grype.runs.map((original) => ({ ...original, results: results(original.results), ...run })) });
}

const all = (results: Record<string, unknown>[]): Record<string, unknown>[] => results;
const ended = (time: string, executionSuccessful = true): object => ({ invocations: [{ executionSuccessful, endTimeUtc: time }] });

async function openIssues(application: string): Promise<Issue[]> {
  return (await noa.get<Items<Issue>>(`/v1/issues?application=${application}&limit=200`)).body.items;
}

function told(application: string): IssueChanged[] {
  return issues.bus.dataOf<IssueChanged>('issue.changed.v1').filter(({ issue }) => issue.application === application);
}

describe('the life of issues over scans', () => {
  test('the first scan is a baseline: every issue is new, each told once, the end with their number', async () => {
    const scan = await noa.scan(report(all), 'application=first');
    expect(scan).toMatchObject({ state: 'done', format: 'sarif', tool: 'grype', application: 'first', scope: '', baseline: true, comparedOnly: false });
    expect(scan.counts.new).toBe(scan.progress.total);
    expect(scan.progress.done).toBe(scan.progress.total);
    expect(await openIssues('first')).toHaveLength(scan.counts.new);
    await eventually(() => issues.bus.dataOf<ScanCompleted>('scan.completed.v1').find(({ scanId, changes, baseline }) => scanId === scan.scanId && baseline && changes === scan.counts.new));
    expect(told('first')).toHaveLength(scan.counts.new);
    expect(told('first').every(({ change, baseline, scanId }) => change === 'new' && baseline === true && scanId === scan.scanId)).toBe(true);
  });

  test('what is found again is existing, what is not is resolved, what comes back is reopened', async () => {
    const first = await noa.scan(report(all), 'application=life');
    const second = await noa.scan(report((results) => results.slice(0, -3)), 'application=life');
    expect(second).toMatchObject({ baseline: false, counts: { new: 0, updated: 0, existing: first.counts.new - 3, resolved: 3, reopened: 0, excluded: 0 } });
    const third = await noa.scan(gzipSync(report(all)), 'application=life', { 'content-encoding': 'gzip' });
    expect(third.counts).toMatchObject({ new: 0, existing: first.counts.new - 3, resolved: 0, reopened: 3 });
    await eventually(() => told('life').filter(({ change }) => change === 'reopened').length === 3);
    expect(told('life').filter(({ change }) => change === 'resolved')).toHaveLength(3);
    expect(told('life').filter(({ change }) => change === 'updated')).toEqual([]);
  });

  test('what is dismissed in the source becomes an excluded issue, and that is told where the issue was known', async () => {
    const suppressed = (results: Record<string, unknown>[]): Record<string, unknown>[] => results.map((result, index) => (index === 0 ? { ...result, suppressions: [{ kind: 'external', status: 'accepted' }] } : result));
    await noa.scan(report(all), 'application=dismissed');
    const scan = await noa.scan(report(suppressed), 'application=dismissed');
    expect(scan.counts).toMatchObject({ excluded: 1, resolved: 0 });
    const [event] = await eventually(() => { const found = told('dismissed').filter(({ change }) => change === 'updated'); return found.length > 0 && found; });
    expect(event).toMatchObject({ changes: [{ field: 'status', from: 'open', to: 'excluded' }], issue: { status: 'excluded' } });
    expect((await noa.get<Items<Issue>>('/v1/issues?application=dismissed&status=excluded')).body.items).toHaveLength(1);
  });

  test('a changed severity is told as updated with both values; a moved line changes the issue silently', async () => {
    await noa.scan(report(all), 'application=changed');
    const before = await openIssues('changed');
    const raised = JSON.parse(report(all)) as { runs: { tool: { driver: { rules: { properties?: Record<string, unknown> }[] } }; results: { ruleId: string }[] }[] };
    for (const rule of raised.runs[0]?.tool.driver.rules ?? []) rule.properties = { ...rule.properties, 'security-severity': '9.9' };
    const scan = await noa.scan(JSON.stringify(raised), 'application=changed');
    const notCritical = before.filter(({ severity }) => severity !== 'critical').length;
    expect(scan.counts).toMatchObject({ new: 0, updated: notCritical === 0 ? scan.progress.total : scan.counts.updated });
    expect(scan.counts.updated).toBeGreaterThanOrEqual(notCritical);
    const event = await eventually(() => told('changed').find(({ change }) => change === 'updated'));
    expect(event.changes).toContainEqual({ field: 'severity', from: expect.any(String) as unknown, to: 'critical' });
    expect(event.issue.revision).toBe(2);
  });
});

describe('what a scan does not speak for', () => {
  test('a scan of another scope resolves nothing of this one', async () => {
    await noa.scan(report(all), 'application=scopes&scope=image-a');
    const other = await noa.scan(report((results) => results.slice(0, 1)), 'application=scopes&scope=image-b');
    expect(other).toMatchObject({ baseline: true, scope: 'image-b', counts: { resolved: 0, new: 1 } });
    expect(await openIssues('scopes')).toHaveLength(grypeTotal + 1);
  });

  test('a scan that failed resolves nothing', async () => {
    const first = await noa.scan(report(all), 'application=failed');
    const failed = await noa.scan(report((results) => results.slice(0, 1), ended(new Date().toISOString(), false)), 'application=failed');
    expect(failed.counts).toMatchObject({ existing: 1, resolved: 0 });
    expect(await openIssues('failed')).toHaveLength(first.counts.new);
  });

  test('an older scan that arrives late undoes nothing that a newer one said', async () => {
    await noa.scan(report((results) => results.slice(0, 5), ended('2026-03-01T10:00:00Z')), 'application=late');
    await noa.scan(report((results) => results.slice(2, 7), ended('2026-03-03T10:00:00Z')), 'application=late');
    const before = await openIssues('late');
    const late = await noa.scan(report((results) => results.slice(0, 9), ended('2026-03-02T10:00:00Z')), 'application=late');
    expect(late.counts).toMatchObject({ new: 0, reopened: 0, resolved: 0, updated: 0 });
    expect(late.dropped).toEqual([{ reason: 'a newer scan no longer finds it', count: 2 }]);
    expect(await openIssues('late')).toEqual(before);
  });

  test('a scan of another branch changes nothing and tells what it would add and fix', async () => {
    const first = await noa.scan(report((results) => results.slice(2)), 'application=branches&ref=refs/heads/main');
    const compared = await noa.scan(report((results) => results.slice(0, -4)), 'application=branches&ref=feature/x');
    expect(compared).toMatchObject({ comparedOnly: true, baseline: false, counts: { new: 2, resolved: 4, existing: first.counts.new - 4 } });
    expect(await openIssues('branches')).toHaveLength(first.counts.new);
    await eventually(() => told('branches').length === first.counts.new);
    expect(issues.bus.dataOf<ScanCompleted>('scan.completed.v1').map(({ scanId }) => scanId)).not.toContain(compared.scanId);
  });
});

describe('a report that comes in', () => {
  test('is the same scan when it equals the latest one, and another one after something else came', async () => {
    const first = await noa.scan(report(all), 'application=same');
    expect((await noa.scan(report(all), 'application=same')).scanId).toBe(first.scanId);
    await noa.scan(report((results) => results.slice(1)), 'application=same');
    expect((await noa.scan(report(all), 'application=same')).scanId).not.toBe(first.scanId);
  });

  test('is one scan when it comes twice at the same moment', async () => {
    const body = report(all);
    const answers = await Promise.all([1, 2, 3].map(() => noa.call<{ scanId: string }>('POST', '/v1/scans?application=twice', { raw: body })));
    expect(new Set(answers.map((answer) => answer.body.scanId)).size).toBe(1);
    expect(await issues.database.query(`select 1 from issues.scans where application = 'twice'`)).toHaveLength(1);
  });

  test('is answered as before under its Idempotency-Key, and refused under it with another body', async () => {
    const headers = { 'idempotency-key': 'upload-1' };
    const first = await noa.call<{ scanId: string }>('POST', '/v1/scans?application=keyed', { raw: report(all), headers });
    expect(first.headers.get('location')).toBe(`/v1/scans/${first.body.scanId}`);
    const again = await noa.call<{ scanId: string }>('POST', '/v1/scans?application=keyed', { raw: report(all), headers });
    expect([again.status, again.body, again.headers.get('idempotency-replayed'), again.headers.get('location')]).toEqual([202, first.body, 'true', `/v1/scans/${first.body.scanId}`]);
    expect((await noa.call('POST', '/v1/scans?application=keyed', { raw: report((results) => results.slice(1)), headers })).status).toBe(409);
  });

  test('is read as a stream however the address is spelt', async () => {
    for (const path of ['/v1/scans/', '/V1/Scans']) expect([path, (await noa.call('POST', `${path}?application=spelt`, { raw: report(all) })).status]).toEqual([path, 202]);
  });

  test('that is cut off is refused with line and column, and leaves nothing', async () => {
    const { status, body } = await noa.call<Problem>('POST', '/v1/scans?application=broken', { raw: await fixture('edge/trivy-broken-trailing-data.sarif') });
    expect([status, body.status, typeof body.line, typeof body.column]).toEqual([400, 400, 'number', 'number']);
    expect(await issues.database.query(`select 1 from issues.scans where application = 'broken' union all select 1 from issues.applications where name = 'broken'`)).toEqual([]);
  });

  test.each([
    ['no application', '', '{}', {}, 400, 'application'],
    ['an unknown parameter', 'application=a&colour=red', '{}', {}, 400, 'colour'],
    ['a time that is none', 'application=a&scannedAt=yesterday', '{}', {}, 400, 'scannedAt'],
    ['a repository that is no address', 'application=a&repository=payments', '{"version":"2.1.0","runs":[]}', {}, 400, 'repository'],
    ['a body of no known format', 'application=a', '{"hello":"world"}', {}, 400, ''],
    ['an empty body', 'application=a', '', {}, 400, ''],
    ['an encoding that is not understood', 'application=a', 'x', { 'content-encoding': 'br' }, 415, 'Content-Encoding'],
    ['a body that is not gzip', 'application=a', 'x', { 'content-encoding': 'gzip' }, 400, 'Content-Encoding'],
  ])('with %s is refused with the place', async (_, query, raw, headers, status, place) => {
    const answer = await noa.call<Problem>('POST', `/v1/scans?${query}`, { raw, headers });
    expect(answer.status).toBe(status);
    expect(answer.body.errors?.map(({ parameter, header, pointer }) => parameter ?? header ?? pointer)).toContain(place);
  });

  test.each([
    ['is larger than a report may be', { raw: Buffer.alloc(5 * 1024 * 1024, 32) }],
    ['becomes larger than a report may be', { raw: gzipSync(Buffer.alloc(5 * 1024 * 1024, 32)), headers: { 'content-encoding': 'gzip' } }],
  ])('that %s is refused', async (_, options) => {
    expect((await noa.call('POST', '/v1/scans?application=large', options)).status).toBe(413);
  });

  test('that is too large without saying so beforehand is refused with an answer', async () => {
    const chunks = new ReadableStream<Uint8Array>({
      start(controller) {
        for (let megabyte = 0; megabyte < 8; megabyte += 1) controller.enqueue(new Uint8Array(1024 * 1024).fill(32));
        controller.close();
      },
    });
    const token = await issues.issuer.token({ user: 'noa@acme.test' });
    const response = await fetch(`${issues.url}/v1/scans?application=large`, { method: 'POST', body: chunks, duplex: 'half', headers: { authorization: `Bearer ${token}` } });
    expect([response.status, ((await response.json()) as Problem).title]).toEqual([413, 'Too large']);
  });

  test('that says beforehand that it is too large is read to its end, so that the refusal arrives whoever passes it on', async () => {
    const token = await issues.issuer.token({ user: 'noa@acme.test' });
    const size = 64 * 1024 * 1024;
    const socket = connect(Number(new URL(issues.url).port), '127.0.0.1');
    const answer = once(socket, 'data');
    socket.write(`POST /v1/scans?application=large HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\nContent-Length: ${size}\r\n\r\n`);
    expect(String(await answer)).toMatch(/^HTTP\/1\.1 413 /);
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.write(Buffer.alloc(size, 32), () => { resolve(); });
    });
    socket.write('GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
    expect(String(await once(socket, 'data'))).toMatch(/^HTTP\/1\.1 200 /);
    socket.destroy();
  });

  test('links its locations to the scanned commit', async () => {
    await noa.scan(await fixture('checkov-iac.sarif'), 'application=linked&repository=git@github.com:acme/infra.git&commit=0123456789abcdef');
    const [issue] = await openIssues('linked');
    expect(issue?.location?.url).toMatch(/^https:\/\/github\.com\/acme\/infra\/blob\/0123456789abcdef\/.+#L\d+$/);
  });

  test('fills the owners of issues from the rules of its application', async () => {
    await noa.post('/v1/applications', { name: 'owned', owners: ['All@acme.test'] });
    await noa.scan(report((results) => results.slice(0, 2)), 'application=owned');
    expect((await openIssues('owned')).map(({ owners }) => owners)).toEqual([['all@acme.test'], ['all@acme.test']]);
  });
});

describe('scans', () => {
  test('are listed newest first, page by page, with who received them in the audit log', async () => {
    const { body: first } = await noa.get<Items<Scan>>('/v1/scans?limit=2');
    const { body: second } = await noa.get<Items<Scan>>(`/v1/scans?limit=2&cursor=${first.nextCursor ?? ''}`);
    const ids = [...first.items, ...second.items].map(({ scanId }) => scanId);
    expect(ids).toEqual([...ids].sort().reverse());
    expect(new Set(ids).size).toBe(4);
    const { body: audit } = await noa.get<Items<AuditEntry>>('/v1/audit?limit=200');
    expect(audit.items).toContainEqual(expect.objectContaining({ action: 'scan.received', actor: { kind: 'user', id: 'noa@acme.test' }, target: { kind: 'scan', id: ids[0] } }));
  });

  test('that have ended cannot be cancelled', async () => {
    const { scanId } = await noa.scan(report((results) => results.slice(0, 1)), 'application=ended');
    expect((await noa.call('POST', `/v1/scans/${scanId}/cancel`)).status).toBe(409);
  });

  test('of another organization are not there', async () => {
    const { scanId } = await noa.scan(report((results) => results.slice(0, 1)), 'application=private');
    const eve = await issues.as('eve@rival.test', { organization: 'rival' });
    expect((await eve.get(`/v1/scans/${scanId}`)).status).toBe(404);
    expect((await eve.call('POST', `/v1/scans/${scanId}/cancel`)).status).toBe(404);
    expect((await eve.get<Items<Scan>>('/v1/scans')).body.items).toEqual([]);
    expect((await noa.get('/v1/scans/no-such-scan')).status).toBe(404);
  });

  test('by a key that is for other applications are refused', async () => {
    const key = issues.withKey('tocsin_only_payments', { applications: ['payments'] });
    expect((await key.call('POST', '/v1/scans?application=ledger', { raw: report(all) })).status).toBe(403);
    expect((await key.scan(report((results) => results.slice(0, 1)), 'application=payments')).state).toBe('done');
    expect((await key.get<Items<Scan>>('/v1/scans')).body.items.map(({ application }) => application)).toEqual(['payments']);
  });
});

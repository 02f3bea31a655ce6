import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

import { IssueChanged, type Scan, type ScanCompleted } from '@tocsin/contracts';
import type { Issue } from '@tocsin/domain';
import { checkData } from '@tocsin/platform';
import { eventually } from '@tocsin/testing';

import { fixture, RunningIssues, type Caller } from '../../test/running-issues.js';

interface Items<T> {
  items: T[];
}

const BATCH = 200;

let issues: RunningIssues;
let noa: Caller;

beforeAll(async () => {
  issues = await RunningIssues.start();
  noa = await issues.as('noa@acme.test');
}, 60_000);

afterAll(() => issues.stop(), 30_000);

function told(scanId: string): IssueChanged[] {
  return issues.bus.dataOf<IssueChanged>('issue.changed.v1').filter((changed) => changed.scanId === scanId);
}

async function post(report: Uint8Array | string, application: string): Promise<string> {
  return (await noa.call<{ scanId: string }>('POST', `/v1/scans?application=${application}`, { raw: report })).body.scanId;
}

async function scanOf(scanId: string): Promise<Scan> {
  return (await noa.get<Scan>(`/v1/scans/${scanId}`)).body;
}

/** Lets the scan of `application` come as far as its first batch: the database refuses further issues of it. */
async function stopAfterFirstBatch(application: string): Promise<() => Promise<void>> {
  await issues.database.query(`
    create function issues.refuse_further() returns trigger language plpgsql as $$
    begin
      if (select count(*) from issues.issues where application = '${application}') > ${BATCH} then raise exception 'no further issues'; end if;
      return null;
    end $$;
    create trigger refuse_further after insert on issues.issues for each statement execute function issues.refuse_further()`);
  return async () => { await issues.database.query('drop trigger refuse_further on issues.issues; drop function issues.refuse_further'); };
}

describe('the work on a scan', () => {
  test('goes on where it was interrupted, and tells of each issue once', async () => {
    const goOn = await stopAfterFirstBatch('interrupted');
    const scanId = await post(await fixture('gosec-gowaves.sarif'), 'interrupted');
    await eventually(async () => (await scanOf(scanId)).progress.done === BATCH);
    expect(await scanOf(scanId)).toMatchObject({ state: 'comparing', counts: { new: BATCH } });
    await goOn();
    const scan = await eventually(async () => { const now = await scanOf(scanId); return now.state === 'done' && now; }, { timeout: 20_000 });
    expect(scan.counts.new).toBe(scan.progress.total);
    await eventually(() => issues.bus.dataOf<ScanCompleted>('scan.completed.v1').some((completed) => completed.scanId === scanId && completed.changes === scan.progress.total));
    expect(new Set(told(scanId).map(({ issue }) => issue.id)).size).toBe(scan.progress.total);
    expect(told(scanId)).toHaveLength(scan.progress.total);
  }, 40_000);

  test('is handed back when the service stops, and goes on at its next start', async () => {
    const goOn = await stopAfterFirstBatch('restarted');
    const scanId = await post(await fixture('gosec-gowaves.sarif'), 'restarted');
    await eventually(async () => (await scanOf(scanId)).progress.done === BATCH);
    await issues.restart(goOn);
    noa = await issues.as('noa@acme.test');
    const scan = await eventually(async () => { const now = await scanOf(scanId); return now.state === 'done' && now; }, { timeout: 20_000 });
    expect(scan.counts.new).toBe(scan.progress.total);
    await eventually(() => told(scanId).length === scan.progress.total);
  }, 40_000);

  test('is taken over from a process that died, when its lease has ended', async () => {
    const scanId = await post(await fixture('trivy-config-tfsec-project.sarif'), 'orphan');
    await eventually(async () => (await scanOf(scanId)).state === 'done');
    const report = await fixture('checkov-iac.sarif');
    await issues.database.query(`create function issues.lease_elsewhere() returns trigger language plpgsql as $$
      begin new.lease_id = gen_random_uuid(); new.lease_until = now() + interval '1 second'; new.state = 'validating'; return new; end $$;
      create trigger lease_elsewhere before insert on issues.scans for each row execute function issues.lease_elsewhere()`);
    const orphan = await post(report, 'orphan');
    await issues.database.query('drop trigger lease_elsewhere on issues.scans; drop function issues.lease_elsewhere');
    await eventually(async () => (await scanOf(orphan)).state === 'done', { timeout: 15_000 });
  }, 30_000);

  test('ends when the scan is cancelled: what was recorded stays and its number is told', async () => {
    const goOn = await stopAfterFirstBatch('cancelled');
    const scanId = await post(await fixture('gosec-gowaves.sarif'), 'cancelled');
    await eventually(async () => (await scanOf(scanId)).progress.done === BATCH);
    const { status, body } = await noa.call<Scan>('POST', `/v1/scans/${scanId}/cancel`);
    await goOn();
    expect([status, body.state]).toEqual([200, 'cancelled']);
    await eventually(() => issues.bus.dataOf<ScanCompleted>('scan.completed.v1').some((completed) => completed.scanId === scanId && completed.changes === BATCH));
    const again = await noa.scan(await fixture('gosec-gowaves.sarif'), 'application=cancelled');
    expect(again).toMatchObject({ state: 'done', baseline: true, counts: { existing: BATCH, new: again.progress.total - BATCH, resolved: 0 } });
  }, 40_000);

  test('keeps the order of scans of one application, however quickly they come', async () => {
    const sarif = JSON.parse((await fixture('grype-container.sarif')).toString()) as { runs: { results: unknown[] }[] };
    const fewer = { ...sarif, runs: sarif.runs.map((run) => ({ ...run, results: run.results.slice(4) })) };
    const ids = [await post(JSON.stringify(sarif), 'quick'), await post(JSON.stringify(fewer), 'quick'), await post(JSON.stringify(sarif), 'quick')];
    await eventually(async () => (await scanOf(ids[2] ?? '')).state === 'done');
    const counts = await Promise.all(ids.map(async (id) => (await scanOf(id)).counts));
    expect(counts).toMatchObject([{ resolved: 0 }, { new: 0, resolved: 4 }, { new: 0, reopened: 4 }]);
  });

  test('tells of the first scan as of any other where the application wants that', async () => {
    await noa.post('/v1/applications', { name: 'loud', alertOnFirstScan: true });
    const { scanId, baseline } = await noa.scan(await fixture('checkov-iac.sarif'), 'application=loud');
    const completed = await eventually(() => issues.bus.dataOf<ScanCompleted>('scan.completed.v1').find((one) => one.scanId === scanId));
    expect([baseline, completed.baseline]).toEqual([true, false]);
    expect(told(scanId).some((changed) => changed.baseline === true)).toBe(false);
  });

  test('resolves what the source itself calls absent', async () => {
    const sarif = JSON.parse((await fixture('grype-container.sarif')).toString()) as { runs: { results: object[] }[] };
    const first = await noa.scan(JSON.stringify(sarif), 'application=absent');
    const absent = { ...sarif, runs: sarif.runs.map((run) => ({ ...run, results: run.results.map((result, index) => ({ ...result, baselineState: index < 2 ? 'absent' : 'unchanged' })) })) };
    expect((await noa.scan(JSON.stringify(absent), 'application=absent')).counts).toMatchObject({ existing: first.counts.new - 2, resolved: 2, new: 0 });
  });
});

describe.each([
  'checkov-iac.sarif', 'gosec-gowaves.sarif', 'grype-container.sarif', 'mayhem-api-markdown-html.sarif', 'osv-scanner-yarn.sarif', 'prowler-aws.json', 'prowler-kubernetes.json',
  'semgrep-owasp-benchmark.sarif', 'trivy-config-tfsec-project.sarif', 'edge/codeql-rules-in-extensions.sarif', 'edge/sarif-sdk-baseline-states.sarif', 'edge/spotbugs-message-id-arguments.sarif',
])('the report %s', (name) => {
  test('becomes issues, told by events that their contract accepts; the same again is only existing', async () => {
    const application = encodeURIComponent(name);
    const scan = await noa.scan(await fixture(name), `application=${application}`);
    expect(scan.state).toBe('done');
    expect(scan.counts.new + scan.counts.excluded).toBe(scan.progress.total);
    await eventually(() => told(scan.scanId).length === scan.counts.new);
    for (const changed of told(scan.scanId)) expect(await checkData(IssueChanged, changed)).toMatchObject({ ok: true });
    const again = await noa.scan(Buffer.concat([await fixture(name), Buffer.from('\n')]), `application=${application}`);
    expect(again).toMatchObject({ baseline: false, counts: { new: 0, updated: 0, existing: scan.progress.total, resolved: 0, reopened: 0 } });
    const [issue] = (await noa.get<Items<Issue>>(`/v1/issues?application=${application}&status=open,excluded&limit=1`)).body.items;
    expect(issue?.revision).toBe(1);
  }, 60_000);
});

/**
 * Takes a report in: read and checked whole, then stored with its place in the line, all before the answer. What cannot
 * be read leaves nothing behind.
 */
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { v7 as uuid } from 'uuid';

import { actorOf, Audit, badRequest, Idempotency, ProblemException, type Answer, type Caller, type IdempotentCall } from '@tocsin/platform';
import type { AcceptedScan } from '@tocsin/contracts';

import { ApplicationRepository, branchOf } from '../applications/application.repository.js';
import { isInSight, outOfSight } from '../applications/applications.controller.js';
import { repositoryUrl } from '../intake/location-link.js';
import { storable } from '../intake/storable.js';
import { readReport } from '../reports/read-report.js';
import type { ReportReading } from '../reports/report.js';
import { ScanJob } from './scan.job.js';
import { partsOf } from './scan-parts.js';
import type { PostScanQuery } from './scan-query.js';
import { ScanRepository, type NewScan } from './scan.repository.js';

type GoodReading = Extract<ReportReading, { ok: true }>;
/** A scan before we know whether it is of the default branch. */
type ReadScan = Omit<NewScan, 'comparedOnly' | 'reportKey'>;

@Injectable()
export class ReceiveScan {
  constructor(
    private readonly scans: ScanRepository,
    private readonly applications: ApplicationRepository,
    private readonly idempotency: Idempotency,
    private readonly audit: Audit,
    private readonly job: ScanJob,
  ) {}

  /** @returns the scan's id: a new one, or that of the same report when it came within the last hour */
  async receive(caller: Caller, bytes: Buffer, query: PostScanQuery, call: IdempotentCall, requestId: string): Promise<AcceptedScan> {
    if (!isInSight(caller, query.application)) throw outOfSight(query.application);
    const reading = readReport(bytes, { strict: query.strict ?? false });
    if (!reading.ok) throw unreadable(reading);
    const bodyHash = createHash('sha256').update(bytes).digest('hex');
    const scan = scanFrom(caller, reading, query, { bodyHash, report: await promisify(gzip)(bytes, { level: 1 }) });
    const answer = await this.idempotency.run({ ...call, bodyHash: createHash('sha256').update(bodyHash).update(JSON.stringify(query)).digest('hex') }, (tx) => this.store(tx, caller, scan, requestId));
    this.job.wake();
    return answer;
  }

  private async store(tx: EntityManager, caller: Caller, read: ReadScan, requestId: string): Promise<Answer<AcceptedScan>> {
    const { organizationId, application, ref } = read;
    const { defaultBranch } = await this.applications.take(tx, organizationId, application, ref);
    const comparedOnly = ref !== undefined && branchOf(ref) !== branchOf(defaultBranch);
    const reportKey = JSON.stringify([application, read.tool, read.scope, comparedOnly ? ref : '']);
    const same = await this.scans.findSame(tx, organizationId, reportKey, read.bodyHash);
    if (same !== undefined) return { status: 202, body: { scanId: same } };
    await this.scans.add(tx, { ...read, comparedOnly, reportKey });
    await this.audit.record(tx, {
      organizationId, actor: actorOf(caller), action: 'scan.received', target: { kind: 'scan', id: read.id }, requestId,
      after: { application, tool: read.tool, ...(ref !== undefined && { ref }), results: read.total },
    });
    return { status: 202, body: { scanId: read.id } };
  }
}

function scanFrom({ organizationId }: Caller, { format, runs, dropped, odd }: GoodReading, query: PostScanQuery, stored: Pick<NewScan, 'bodyHash' | 'report'>): ReadScan {
  const receivedAt = new Date();
  const scannedAt = query.scannedAt === undefined ? undefined : new Date(query.scannedAt);
  const repository = query.repository === undefined ? undefined : repositoryUrl(query.repository);
  if (query.repository !== undefined && repository === undefined) {
    throw badRequest('The repository is no address.', [{ parameter: 'repository', code: 'not_a_repository', message: 'repository must be the https address of the repository, for example https://github.com/acme/payments' }]);
  }
  const { parts, dropped: repeated } = partsOf(runs, { receivedAt, scannedAt, askedScope: query.scope, repository, commit: query.commit });
  return {
    ...stored,
    id: uuid(),
    organizationId,
    application: query.application,
    askedScope: query.scope,
    ref: query.ref,
    commit: query.commit,
    repository,
    runUrl: query.runUrl,
    scannedAt,
    receivedAt,
    format,
    tool: distinct(parts.map(({ tool }) => tool)),
    scope: distinct(parts.map(({ scope }) => scope)),
    total: parts.reduce((sum, { statements }) => sum + statements.length, 0),
    dropped: storable([...dropped, ...repeated]),
    odd: storable(odd),
  };
}

function distinct(values: readonly string[]): string {
  return storable([...new Set(values)].sort().join(', '));
}

function unreadable({ status, problem }: Extract<ReportReading, { ok: false }>): ProblemException {
  const { detail, code, line, column, pointer, places } = problem;
  return new ProblemException(status, {
    title: status === 413 ? 'Too large' : 'The report cannot be read',
    code,
    detail,
    errors: places?.map((place) => ({ ...place, code })) ?? [{ pointer: pointer ?? '', code, message: detail }],
    hint: 'Send SARIF 2.1.0, or OCSF findings as an object, an array or one a line.',
    ...(line !== undefined && { line }),
    ...(column !== undefined && { column }),
    ...(pointer !== undefined && { pointer }),
  });
}

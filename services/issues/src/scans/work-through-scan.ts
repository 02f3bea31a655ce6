/**
 * Works through one scan: what it finds in batches, then what it no longer finds, then its end. Each batch is one
 * transaction that also notes how far the work has come, so an interrupted scan goes on where it stopped and tells
 * nothing twice.
 */
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';

import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

import type { ScanCompleted } from '@tocsin/contracts';
import { Outbox } from '@tocsin/platform';

import { ApplicationRepository } from '../applications/application.repository.js';
import { Intake, type Batch } from '../intake/intake.js';
import type { Lineage } from '../intake/statement.js';
import { readReport } from '../reports/read-report.js';
import { GoneIssues } from './gone-issues.js';
import { partsOf, type ScanPart } from './scan-parts.js';
import { ScanWorkRepository, type ClaimedScan } from './scan-work.repository.js';

const BATCH = 200;

/** A part with what we know of its lineage from earlier scans. */
interface KnownPart extends ScanPart {
  lineage: Lineage;
  isFirst: boolean;
  isOutdated: boolean;
}

@Injectable()
export class WorkThroughScan {
  constructor(
    private readonly outbox: Outbox,
    private readonly work: ScanWorkRepository,
    private readonly intake: Intake,
    private readonly gone: GoneIssues,
    private readonly applications: ApplicationRepository,
  ) {}

  /**
   * @param stopping asks to stop after the batch in work
   * @throws LeaseLost when it was cancelled or another process has taken it over; the signal's reason when it was asked to stop
   */
  async run(scan: ClaimedScan, stopping: AbortSignal): Promise<void> {
    const reading = readReport(await promisify(gunzip)(scan.report), { strict: false });
    if (!reading.ok) {
      await this.work.refuse(scan, { title: 'The report cannot be read', ...reading.problem });
      return;
    }
    const parts = await this.known(scan, partsOf(reading.runs, factsOf(scan)).parts);
    await this.work.beginComparing(scan, !scan.compared_only && parts.some(({ isFirst }) => isFirst));
    await this.record(scan, parts, stopping);
    if (!scan.compared_only) for (const part of parts.filter(({ speaksForAll }) => speaksForAll)) await this.resolve(scan, part, stopping);
    await this.finish(scan, parts);
  }

  private async known(scan: ClaimedScan, parts: readonly ScanPart[]): Promise<KnownPart[]> {
    return this.outbox.transaction(async (tx) => {
      const known: KnownPart[] = [];
      for (const part of parts) {
        const lineage = { organizationId: scan.organization_id, application: scan.application, tool: part.tool, scope: part.scope };
        const earlier = await this.work.lineage(tx, lineage);
        known.push({ ...part, lineage, isFirst: earlier === undefined, isOutdated: (earlier?.lastCompleteAt?.getTime() ?? -Infinity) > part.at.getTime() });
      }
      return known;
    });
  }

  /** The position in the work counts over all parts, and tells which batches are done already. */
  private async record(scan: ClaimedScan, parts: readonly KnownPart[], stopping: AbortSignal): Promise<void> {
    let start = 0;
    for (const part of parts) {
      for (let from = 0; from < part.statements.length; from += BATCH) {
        stopping.throwIfAborted();
        const statements = part.statements.slice(from, from + BATCH);
        if (start >= scan.done) await this.recordBatch(scan, part, statements);
        start += statements.length;
      }
    }
  }

  private async recordBatch(scan: ClaimedScan, part: KnownPart, statements: Batch['statements']): Promise<void> {
    await this.outbox.transaction(async (tx) => {
      const application = await this.applications.take(tx, scan.organization_id, scan.application);
      const { lineage, at, isOutdated } = part;
      const batch = { lineage, saying: { at, receivedAt: scan.received_at, scanId: scan.id }, application, baseline: part.isFirst && !application.alertOnFirstScan, isOutdated, statements };
      const { tally, changes } = scan.compared_only ? { tally: await this.intake.compare(tx, batch), changes: 0 } : await this.intake.record(tx, batch);
      await this.work.advance(tx, scan, { done: statements.length, changes, tally });
    });
  }

  private async resolve(scan: ClaimedScan, { lineage, at }: KnownPart, stopping: AbortSignal): Promise<void> {
    for (let more = true; more; ) {
      stopping.throwIfAborted();
      more = await this.outbox.transaction(async (tx) => {
        await this.applications.take(tx, scan.organization_id, scan.application);
        const rows = await this.gone.since(tx, lineage, { at, scanId: scan.id, limit: BATCH });
        const changes = await this.intake.resolve(tx, rows, { organizationId: scan.organization_id, at, scanId: scan.id });
        await this.work.advance(tx, scan, { done: 0, changes, tally: { resolved: rows.length } });
        return rows.length === BATCH;
      });
    }
  }

  private async finish(scan: ClaimedScan, parts: readonly KnownPart[]): Promise<void> {
    await this.outbox.transaction(async (tx) => {
      const application = await this.applications.take(tx, scan.organization_id, scan.application);
      if (scan.compared_only) {
        await this.countGone(tx, scan, parts);
        await this.work.finish(tx, scan);
        return;
      }
      for (const { lineage, speaksForAll, at } of parts) await this.work.extendLineage(tx, lineage, speaksForAll ? at : null);
      const { changes, counts } = await this.work.finish(tx, scan);
      const baseline = parts.some(({ isFirst }) => isFirst) && !application.alertOnFirstScan;
      await this.outbox.add(tx, { type: 'scan.completed.v1', organizationId: scan.organization_id, subject: scan.id, data: scanCompleted(scan, { baseline, changes, counts }) });
    });
  }

  /** What a scan of another branch would resolve. */
  private async countGone(tx: EntityManager, scan: ClaimedScan, parts: readonly KnownPart[]): Promise<void> {
    for (const { lineage, at, statements } of parts.filter(({ speaksForAll }) => speaksForAll)) {
      const resolved = await this.gone.count(tx, lineage, { at, seen: statements.map(({ fingerprint }) => fingerprint) });
      await this.work.advance(tx, scan, { done: 0, changes: 0, tally: { resolved } });
    }
  }
}

/** The event that ends a scan, whether it was worked through or cancelled. */
export function scanCompleted(scan: Pick<ClaimedScan, 'organization_id' | 'id' | 'application' | 'scope'>, { baseline, changes, counts }: Pick<ScanCompleted, 'baseline' | 'changes' | 'counts'>): ScanCompleted {
  return { organizationId: scan.organization_id, scanId: scan.id, application: scan.application, scope: scan.scope, baseline, changes, counts };
}

function factsOf(scan: ClaimedScan): Parameters<typeof partsOf>[1] {
  return {
    receivedAt: scan.received_at,
    ...(scan.asked_scope !== null && { askedScope: scan.asked_scope }),
    ...(scan.scanned_at !== null && { scannedAt: scan.scanned_at }),
    ...(scan.repository !== null && { repository: scan.repository }),
    ...(scan.commit_id !== null && { commit: scan.commit_id }),
  };
}

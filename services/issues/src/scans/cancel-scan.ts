/** Stops a scan: what it recorded stays, what it did not reach is left as it was. */
import { Injectable } from '@nestjs/common';

import type { Scan } from '@tocsin/contracts';
import { actorOf, Audit, notFound, Outbox, ProblemException, type Caller } from '@tocsin/platform';

import { scanOf } from './scan-row.js';
import { ScanRepository } from './scan.repository.js';
import { scanCompleted } from './work-through-scan.js';

@Injectable()
export class CancelScan {
  constructor(
    private readonly scans: ScanRepository,
    private readonly outbox: Outbox,
    private readonly audit: Audit,
  ) {}

  /** @throws ProblemException 404, or 409 when the scan has ended */
  async cancel(caller: Caller, id: string, requestId: string): Promise<Scan> {
    const { organizationId } = caller;
    const found = await this.scans.find(caller, id);
    if (!found) throw notFound('scan', id);
    return this.outbox.transaction(async (tx) => {
      const row = await this.scans.cancel(tx, caller, id);
      if (!row) throw ended(found.state);
      await this.audit.record(tx, { organizationId, actor: actorOf(caller), action: 'scan.cancelled', target: { kind: 'scan', id }, requestId });
      if (row.changes > 0) await this.outbox.add(tx, { type: 'scan.completed.v1', organizationId, subject: id, data: scanCompleted(row, row) });
      return scanOf(row);
    });
  }
}

function ended(state: string): ProblemException {
  return new ProblemException(409, { title: 'The scan has ended', code: 'scan_ended', detail: `The scan is ${state}: there is nothing left to cancel.` });
}

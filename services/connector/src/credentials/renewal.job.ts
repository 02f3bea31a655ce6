/** Renews tokens before they end, and says of those that end for good that they have. Every replica runs it. */
import { Inject, Injectable } from '@nestjs/common';

import { Job, LOGGER, type Logger } from '@tocsin/platform';

import { CredentialRepository } from './credential.repository.js';
import { RenewToken } from './renew-token.js';

const IDLE_MS = 1000;
const AT_ONCE = 5;

@Injectable()
export class RenewalJob extends Job {
  constructor(
    private readonly stored: CredentialRepository,
    private readonly renewal: RenewToken,
    @Inject(LOGGER) logger: Logger,
  ) {
    super('token renewal', IDLE_MS, logger);
  }

  async pass(): Promise<boolean> {
    const leases = await this.stored.leaseDue(AT_ONCE);
    // One that fails by a defect of ours keeps its lease until that ends, and must not keep the others back.
    const results = await Promise.allSettled(leases.map((lease) => this.renewal.renew(lease)));
    const ended = await this.stored.ended(AT_ONCE);
    for (const { organizationId, connectionId } of ended) await this.renewal.sayEnded(organizationId, connectionId);
    const defect = results.find((result) => result.status === 'rejected');
    if (defect) throw defect.reason;
    return leases.length === AT_ONCE || ended.length === AT_ONCE;
  }
}

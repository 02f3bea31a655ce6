/** Issues of a digest change while it waits, maybe thousands of times: what it says of them is written anew once, when it is about to be posted. */
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

import type { SendToSlack } from '@tocsin/contracts';

import { searchedIn } from '../deliveries/arrival.js';
import type { Claim, ClaimedRow } from '../deliveries/claim.js';
import type { DigestKey } from './digest-members.repository.js';
import { DigestWriter } from './digest-writer.js';

@Injectable()
export class RenewDigest {
  constructor(
    private readonly database: DataSource,
    private readonly writer: DigestWriter,
  ) {}

  /** A digest that is claimed keeps its members as they are. @returns what it says instead; undefined when nothing changed, or when its lease is somebody else's */
  async renew({ organizationId, deliveryId: digestId, laneId, leaseId, delivery }: Claim): Promise<Pick<ClaimedRow, 'event' | 'issue_ids'> | undefined> {
    return this.database.transaction(async (tx) => {
      const [outdated] = await tx.query<[unknown[], number]>(
        `update digests g set outdated = false from lanes l
         where g.organization_id = $1 and g.digest_id = $2 and g.outdated and l.lane_id = $3 and l.lease_id = $4 returning 1`,
        [organizationId, digestId, laneId, leaseId],
      );
      if (outdated.length === 0) return undefined;
      const command = await this.writer.present(tx, delivery.connection_id, { organizationId, digestId });
      const [event, issueIds] = [JSON.stringify({ data: command }), command.digest?.sections.flatMap(({ issues }) => issues.map(({ id }) => id)) ?? []];
      await tx.query('update commands set event = $3, searched = lower($4), issue_ids = $5 where organization_id = $1 and delivery_id = $2', [organizationId, digestId, event, searchedIn(command), issueIds]);
      return { event: Buffer.from(event), issue_ids: issueIds };
    });
  }

  /** What a digest that waits would say; undefined when that is what it was written with. */
  async preview(connectionId: string, key: DigestKey): Promise<SendToSlack | undefined> {
    const outdated = await this.database.query<unknown[]>('select 1 from digests where organization_id = $1 and digest_id = $2 and outdated', [key.organizationId, key.digestId]);
    return outdated.length > 0 ? this.writer.present(this.database, connectionId, key) : undefined;
  }
}

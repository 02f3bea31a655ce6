/** Writes the digest of deliveries that were made its members: what it says, in the line where its most urgent member stood. */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

import type { SendToSlack } from '@tocsin/contracts';
import { burstDigest } from '@tocsin/domain';

import { ArrivalRepository } from '../deliveries/arrival.repository.js';
import { NotifierConfig } from '../notifier.config.js';
import { DigestMembersRepository, type DigestKey, type Line, type MembersFacts } from './digest-members.repository.js';

@Injectable()
export class DigestWriter {
  constructor(
    private readonly members: DigestMembersRepository,
    private readonly arrivals: ArrivalRepository,
    private readonly config: NotifierConfig,
  ) {}

  /** Within the transaction that made them members, under the lock of their lane. @returns how many they are */
  async write(tx: EntityManager, line: Line, digestId: string): Promise<number> {
    const key = { organizationId: line.organizationId, digestId };
    const facts = await this.members.facts(tx, key);
    const command = await this.commandOf(tx, line.connectionId, key, facts);
    await this.arrivals.ingestWithin(tx, [{ command, saidAt: facts.oldest, kind: 'digest' }]);
    await this.members.takePlace(tx, key);
    await tx.query('insert into digests (organization_id, digest_id) values ($1, $2)', [key.organizationId, digestId]);
    return facts.members;
  }

  /** What it says of its members as they are. */
  async present(within: Pick<EntityManager, 'query'>, connectionId: string, key: DigestKey): Promise<SendToSlack> {
    return this.commandOf(within, connectionId, key, await this.members.facts(within, key));
  }

  private async commandOf(within: Pick<EntityManager, 'query'>, connectionId: string, key: DigestKey, facts: MembersFacts): Promise<SendToSlack> {
    const { oldest, newest, now, members, comment, mention, workflow_id: workflowId, destination_id: id } = facts;
    const link = `${this.config.PUBLIC_URL.replace(/\/+$/, '')}/deliveries?digestId=${encodeURIComponent(key.digestId)}`;
    const [counts, named] = [await this.members.counts(within, key), await this.members.named(within, key)];
    const { sections, ...digest } = burstDigest({ counts, named, oldest, newest, now, link });
    return {
      commandId: key.digestId,
      organizationId: key.organizationId,
      connectionId,
      destination: { id },
      issues: [],
      digest: { ...digest, totals: { ...digest.totals }, sections: sections.map(({ issues, ...section }) => ({ ...section, issues: [...issues] })) },
      source: { kind: 'digest', of: members, ...(workflowId !== null && { workflowId }) },
      ...(comment !== null && { comment }),
      ...(mention !== null && { options: { mention } }),
    };
  }
}

/**
 * Takes a digest apart that ended without being told: refused for its content, its members are given to two digests of half
 * each, down to single ones that go alone; kept back by the leak guard, they go back in line and are looked at again.
 */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { v7 as uuid } from 'uuid';

import { DigestEndRepository, type DigestEnd } from './digest-end.repository.js';
import { DigestMembersRepository, type DigestKey } from './digest-members.repository.js';
import { wasKeptBack } from './digest-outcome.js';
import { DigestWriter } from './digest-writer.js';

@Injectable()
export class TakeApart {
  constructor(
    private readonly members: DigestMembersRepository,
    private readonly writer: DigestWriter,
    private readonly ends: DigestEndRepository,
  ) {}

  async lock(tx: EntityManager, end: DigestEnd): Promise<void> {
    await this.members.lock(tx, end);
  }

  /** Once it is locked. @returns whether none of its members was left out */
  async run(tx: EntityManager, end: DigestEnd): Promise<boolean> {
    await this.members.passOnDoubt(tx, end);
    if (wasKeptBack(end)) {
      await this.members.tell(tx, end, 'waiting', `The leak guard kept back the digest ${end.digestId}: back in line`);
      await this.members.release(tx, end, false);
    } else {
      await this.halve(tx, end);
    }
    await this.members.wake(tx, end.laneId);
    return this.ends.conclude(tx, end);
  }

  private async halve(tx: EntityManager, end: DigestEnd): Promise<void> {
    const halves: [string, string] = [uuid(), uuid()];
    await this.members.halve(tx, end, halves);
    for (const digestId of halves) await this.giveTo(tx, end, { organizationId: end.organizationId, digestId });
  }

  private async giveTo(tx: EntityManager, end: DigestEnd, half: DigestKey): Promise<void> {
    const count = await this.members.count(tx, half);
    if (count > 1) {
      await this.writer.write(tx, end, half.digestId);
      await this.members.tell(tx, half, 'folded', `Slack refused the digest ${end.digestId} for what it holds: folded into a smaller one with ${count === 2 ? 'another one' : `${count - 1} others`}`);
    } else if (count === 1) {
      await this.members.tell(tx, half, 'waiting', `Slack refused the digest ${end.digestId} for what it holds: told by itself`);
      await this.members.release(tx, half, true);
    }
  }
}

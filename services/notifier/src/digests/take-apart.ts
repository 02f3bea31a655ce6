/**
 * Takes a digest apart that ended without being told: refused for its content, its members are given to two digests of half
 * each, down to single ones that go alone; kept back by the leak guard, they go back in line and are looked at again. Those
 * that are out of date by themselves end before.
 */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { v7 as uuid } from 'uuid';

import { ChangeWaiting } from '../living/change-waiting.js';
import { DigestEndRepository, type DigestEnd } from './digest-end.repository.js';
import { DigestMembersRepository, type DigestKey } from './digest-members.repository.js';
import { wasKeptBack } from './digest-outcome.js';
import { DigestWriter } from './digest-writer.js';

const PAGE = 250;

@Injectable()
export class TakeApart {
  constructor(
    private readonly members: DigestMembersRepository,
    private readonly writer: DigestWriter,
    private readonly ends: DigestEndRepository,
    private readonly changes: ChangeWaiting,
  ) {}

  async lock(tx: EntityManager, end: DigestEnd): Promise<void> {
    await this.members.lock(tx, end);
  }

  /** Once it is locked, in batches. @returns whether there is more to do, with nobody to wait for */
  async run(tx: EntityManager, end: DigestEnd): Promise<boolean> {
    await this.members.passOnDoubt(tx, end);
    if (wasKeptBack(end)) {
      if (await this.endTurned(tx, end)) return true;
      await this.members.tell(tx, end, 'waiting', `The leak guard kept back the digest ${end.digestId}: back in line`);
      await this.members.release(tx, end, false);
    } else {
      await this.halve(tx, end);
    }
    await this.members.wake(tx, end.laneId);
    return this.ends.conclude(tx, end);
  }

  /** @returns whether there may be more of them, for another transaction */
  private async endTurned(tx: EntityManager, key: DigestKey): Promise<boolean> {
    for (let after = ''; ;) {
      const page = await this.members.page(tx, key, after, PAGE);
      const ended = await this.changes.lookAnew(tx, page);
      if (page.length < PAGE) return false;
      if (ended > 0) return true;
      after = page.at(-1)?.delivery_id ?? '';
    }
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
    } else if (count === 1 && !(await this.endTurned(tx, half))) {
      await this.members.tell(tx, half, 'waiting', `Slack refused the digest ${end.digestId} for what it holds: told by itself`);
      await this.members.release(tx, half, true);
    }
  }
}

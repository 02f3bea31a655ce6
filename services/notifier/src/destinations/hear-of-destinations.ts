/**
 * Takes in what is said of destinations, by Slack's answers to messages, by its events and by the directory, and tells
 * what changed, in one transaction. What nothing was ever sent to is nobody's concern.
 */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

import type { DestinationChanged } from '@tocsin/contracts';
import { hearOfDestination, kindOfDestinationId, type DestinationChange, type DestinationNews, type KnownDestination } from '@tocsin/domain';
import { Outbox, type OutgoingEvent } from '@tocsin/platform';

import { DestinationRepository, type DestinationKey, type UsedDestination } from './destination.repository.js';

export interface ToldOfDestination extends DestinationKey {
  news: DestinationNews;
}

@Injectable()
export class HearOfDestinations {
  constructor(
    private readonly destinations: DestinationRepository,
    private readonly outbox: Outbox,
  ) {}

  /** In the order in which they are told. A clock that runs ahead must not make everything old that is said later. */
  async hear(tx: EntityManager, told: readonly ToldOfDestination[]): Promise<void> {
    if (told.length === 0) return;
    const events: OutgoingEvent[] = [];
    const locked = await this.destinations.lock(tx, told);
    const now = locked.length > 0 ? await this.destinations.now(tx) : 0;
    for (const used of locked) {
      if (used.movedTo !== undefined) continue;
      const news = told.filter((one) => isSame(one, used)).map((one) => ({ ...one.news, at: Math.min(one.news.at, now) }));
      const { known, changes } = news.reduce(hearOne, { known: used.known, changes: [] });
      if (known === used.known) continue;
      await this.destinations.save(tx, { ...used, known });
      events.push(...changes.map(({ change, at }) => changed({ ...used, known }, change, at)));
    }
    await this.outbox.add(tx, ...events);
  }

  /** Slack gave a channel another id, as it does with private channels that become shared: everything goes there from now on, in its order. @returns whether it was news of a destination in use */
  async changeId(tx: EntityManager, old: DestinationKey, newId: string, at: number): Promise<boolean> {
    const moved = await this.move(tx, old, newId, (known) => ({ ...known, isShared: true, sharedAt: Math.max(at, known.sharedAt) }));
    if (moved) await this.outbox.add(tx, changed(moved, 'id_changed', at, old.destinationId));
    return moved !== undefined;
  }

  /** Two ids of one place have one line: what goes to the first goes to the second. @returns the second; undefined when nothing was ever sent to the first, or it leads there already */
  async move(tx: EntityManager, old: DestinationKey, newId: string, becomes: (known: KnownDestination) => KnownDestination = (known) => known): Promise<UsedDestination | undefined> {
    const target = { ...old, destinationId: (await this.destinations.present(tx, { ...old, destinationId: newId })).id };
    if (target.destinationId === old.destinationId || kindOfDestinationId(newId) === undefined || !(await this.destinations.isUsed(tx, old))) return undefined;
    await this.destinations.know(tx, target);
    const both = await this.destinations.lock(tx, [old, target]);
    const [before, after] = [old, target].map((key) => both.find((one) => isSame(one, key)));
    if (!before || !after || before.movedTo !== undefined || after.movedTo !== undefined) return undefined;
    const name = after.known.name ?? before.known.name;
    const moved = { ...after, known: becomes({ ...after.known, ...(name !== undefined && { name }) }) };
    await this.destinations.save(tx, moved);
    await this.destinations.move(tx, old, target.destinationId);
    return moved;
  }
}

interface Hearing {
  known: KnownDestination;
  changes: { change: DestinationChange; at: number }[];
}

function hearOne({ known, changes }: Hearing, news: DestinationNews): Hearing {
  const heard = hearOfDestination(known, news);
  return heard ? { known: heard.now, changes: [...changes, ...heard.changes.map((change) => ({ change, at: news.at }))] } : { known, changes };
}

function isSame(a: DestinationKey, b: DestinationKey): boolean {
  return a.destinationId === b.destinationId && a.connectionId === b.connectionId && a.organizationId === b.organizationId;
}

function changed({ organizationId, connectionId, known }: UsedDestination, change: DestinationChange, at: number, previousId?: string): OutgoingEvent {
  const { id, kind, name, trouble } = known;
  const data: DestinationChanged = {
    organizationId,
    connectionId,
    destination: { id, kind, ...(name !== undefined && { name }) },
    change,
    health: { state: trouble ? 'needs_attention' : 'healthy', ...(trouble && { reason: trouble.reason, remedy: trouble.remedy }), since: new Date(known.since).toISOString() },
    ...(previousId !== undefined && { previousId }),
    at: new Date(at).toISOString(),
  };
  return { type: 'destination.changed.v1', organizationId, subject: id, data };
}

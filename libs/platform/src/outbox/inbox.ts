/** Remembers which events were taken, in the transaction of their effect, so that an event that comes again has none. */
import { Injectable } from '@nestjs/common';
import type { EntityManager, QueryRunner } from 'typeorm';

@Injectable()
export class Inbox {
  /** Takes the event; false when it was taken before. Waits for a transaction that is just taking it. */
  async firstTime(tx: EntityManager, source: string, id: string): Promise<boolean> {
    const taken = await tx.query<unknown[]>('insert into inbox (source, id) values ($1, $2) on conflict do nothing returning id', [source, id]);
    return taken.length > 0;
  }
}

/** Part of a service's first migration. */
export async function createInboxTable(runner: QueryRunner): Promise<void> {
  await runner.query(`
    create table inbox (source text not null, id text not null, received_at timestamptz not null default now(), primary key (source, id));
    create index inbox_received_at on inbox (received_at)`);
}

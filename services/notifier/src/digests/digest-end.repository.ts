/** Digests that have reached an end which their members do not know yet. */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

import type { DeliveryError, DeliverySource } from '@tocsin/domain';

import type { DeliveryKey } from '../deliveries/delivery-key.js';
import type { Outcome } from '../deliveries/delivery-result.js';
import type { DigestKey, Line } from './digest-members.repository.js';

/** A digest that is settled. */
export interface DigestEnd extends DigestKey, Line {
  state: Exclude<Outcome['state'], 'waiting'>;
  error: DeliveryError | null;
  channel: string | null;
  ts: string | null;
  /** Posts of it whose end nobody knows. */
  ambiguous: number;
}

export interface SettledMember extends DeliveryKey {
  source_kind: DeliverySource['kind'];
  said_at: Date;
}

/** How long after another end a late answer of Slack's may still say that a digest was posted: to any of its attempts, whatever ended it. */
const POSSIBLY_POSTED_HOURS = 24;

@Injectable()
export class DigestEndRepository {
  /** Locks one, so that no other replica works on it at the same time; undefined when there is none. Its end may change until its lane is locked: {@link isStill}. @param but ids of those that are passed over */
  async take(tx: EntityManager, but: readonly string[]): Promise<DigestEnd | undefined> {
    const [end] = await tx.query<DigestEnd[]>(
      `select d.organization_id as "organizationId", d.delivery_id as "digestId", d.lane_id as "laneId", d.connection_id as "connectionId", d.state, d.error, d.slack_channel as channel, d.slack_ts as ts, d.ambiguous
       from digests o cross join lateral (select * from deliveries where organization_id = o.organization_id and delivery_id = o.digest_id offset 0) d -- few digests, each by its key
       where d.settled_at is not null and o.told is distinct from d.state and o.digest_id <> all($1) order by d.settled_at limit 1 for update of o skip locked`,
      [but],
    );
    return end;
  }

  /** With its lane locked: whether it has that end still. It may have been taken back, or turned out to be posted. */
  async isStill(tx: EntityManager, { organizationId, digestId, state, ts }: DigestEnd): Promise<boolean> {
    const rows = await tx.query<unknown[]>('select 1 from deliveries where organization_id = $1 and delivery_id = $2 and state = $3 and slack_ts is not distinct from $4', [organizationId, digestId, state, ts]);
    return rows.length > 0;
  }

  /** Members that somebody works on at this moment are left for the next batch, so that nobody waits for anybody. */
  async settleMembers(tx: EntityManager, { organizationId, digestId, state, error, channel, ts }: DigestEnd, limit: number): Promise<SettledMember[]> {
    const [members] = await tx.query<[SettledMember[], number]>(
      `update deliveries m set state = $3, error = $4, slack_channel = $5, slack_ts = $6, version = m.version + 1, waiting_for = null, settled_at = clock_timestamp()
       from (
         select organization_id, delivery_id from deliveries where organization_id = $1 and digest_id = $2 and (state = 'waiting' or $3 = 'posted' and state <> 'posted')
         order by delivery_id limit $7 for update skip locked) d
       where m.organization_id = d.organization_id and m.delivery_id = d.delivery_id
       returning m.organization_id, m.delivery_id, (select c.source_kind from commands c where c.organization_id = m.organization_id and c.delivery_id = m.delivery_id), m.said_at`,
      [organizationId, digestId, state, error === null ? null : JSON.stringify(error), channel, ts, limit],
    );
    return members;
  }

  /** @returns whether all its members know its end now; not while one of them was left out */
  async conclude(tx: EntityManager, { organizationId, digestId, state }: DigestEnd): Promise<boolean> {
    const [told] = await tx.query<[unknown[], number]>(
      `update digests set told = $3, told_at = clock_timestamp() where organization_id = $1 and digest_id = $2
       and not exists (select 1 from deliveries where organization_id = $1 and digest_id = $2 and (state = 'waiting' or $3 = 'posted' and state <> 'posted')) returning 1`,
      [organizationId, digestId, state],
    );
    await tx.query(
      `delete from digests where (organization_id, digest_id) in (
         select organization_id, digest_id from digests
         where told = 'posted' or told_at < clock_timestamp() - interval '${POSSIBLY_POSTED_HOURS} hours'
           or organization_id = $1 and digest_id = $2 and not exists (select 1 from deliveries where organization_id = $1 and digest_id = $2) -- others tell what it held
         for update skip locked)`,
      [organizationId, digestId],
    );
    return told.length > 0;
  }
}

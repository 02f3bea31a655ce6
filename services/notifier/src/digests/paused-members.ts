/**
 * Members of digests of several workflows whose own workflow is paused: they leave the digest, which is written anew before it
 * is posted, and are held in their line. A digest of one workflow is held itself, with all of its members.
 */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

import type { DeliveryKey } from '../deliveries/delivery-key.js';
import { NOTHING_LEFT } from '../deliveries/endings.js';
import { outdateLeft } from '../deliveries/left-digests.js';
import { lockLanes } from '../deliveries/lock-lane.js';
import { whichOf, WaitingRepository } from '../deliveries/waiting.repository.js';
import { ChangeWaiting } from '../living/change-waiting.js';
import type { DigestKey } from './digest-members.repository.js';

interface PausedMember extends DeliveryKey {
  lane_id: string;
  digest_lane_id: string;
}

const BATCH = 500;
/** The member `m` of the digest `g` is paused by itself. */
export const PAUSED_MEMBER = `m.state = 'waiting' and exists (select 1 from pauses p where p.organization_id = m.organization_id and p.workflow_id = m.workflow_id)
  and not exists (select 1 from pauses p where p.organization_id = g.organization_id and p.workflow_id in ('', coalesce(g.workflow_id, '')))`;

@Injectable()
export class PausedMembers {
  constructor(
    private readonly waiting: WaitingRepository,
    private readonly changes: ChangeWaiting,
  ) {}

  /** One batch, of digests that wait. @returns whether there may be more */
  async takeOut(tx: EntityManager, organizationId: string): Promise<boolean> {
    // few digests are not told yet, and their members are found by their key
    const found = await tx.query<PausedMember[]>(
      `select m.organization_id, m.delivery_id, m.lane_id, g.lane_id as digest_lane_id
       from (select organization_id, digest_id from digests where organization_id = $1 and told is null offset 0) o
       cross join lateral (select * from deliveries where organization_id = o.organization_id and delivery_id = o.digest_id and state = 'waiting' offset 0) g
       cross join lateral (select * from deliveries where organization_id = o.organization_id and digest_id = o.digest_id offset 0) m
       where ${PAUSED_MEMBER} limit ${BATCH}`,
      [organizationId],
    );
    if (found.length === 0) return false;
    await lockLanes(tx, found.flatMap(({ lane_id, digest_lane_id }) => [lane_id, digest_lane_id]));
    await this.leave(tx, organizationId, found.map(({ delivery_id }) => delivery_id), 'waiting');
    return found.length === BATCH;
  }

  /** Of a digest that this process is about to post, with its lane locked. */
  async takeOutOf(tx: EntityManager, { organizationId, digestId }: DigestKey): Promise<void> {
    const found = await tx.query<DeliveryKey[]>(
      `select m.organization_id, m.delivery_id from deliveries m join deliveries g on g.organization_id = m.organization_id and g.delivery_id = m.digest_id
       where m.organization_id = $1 and m.digest_id = $2 and ${PAUSED_MEMBER}`,
      [organizationId, digestId],
    );
    for (let at = 0; at < found.length; at += BATCH) await this.leave(tx, organizationId, found.slice(at, at + BATCH).map(({ delivery_id }) => delivery_id), 'posting');
  }

  /** @param state of their digest, else they stay */
  private async leave(tx: EntityManager, organizationId: string, deliveryIds: readonly string[], state: 'waiting' | 'posting'): Promise<void> {
    const still = 'm.organization_id = $1 and m.delivery_id = any($2) and g.organization_id = m.organization_id and g.delivery_id = m.digest_id and g.state = $3';
    const parameters = [organizationId, deliveryIds, state];
    await tx.query(`update deliveries m set ambiguous = g.ambiguous from deliveries g where ${still} and ${PAUSED_MEMBER} and m.ambiguous < g.ambiguous`, parameters);
    await this.changes.lookAnew(tx, await tx.query<DeliveryKey[]>(`select m.organization_id, m.delivery_id from deliveries m, deliveries g where ${still} and ${PAUSED_MEMBER}`, parameters));
    // the digest was held, so was the life of what it tells
    const left = await tx.query<{ digest_id: string }[]>(
      `with left_digest as (
         update deliveries m set digest_id = null, waiting_for = null, version = m.version + 1, held_since = coalesce(g.held_since, clock_timestamp())
         from deliveries g where ${still} and ${PAUSED_MEMBER} returning m.organization_id, m.delivery_id, m.workflow_id, g.delivery_id as digest_id
       ), told as (
         insert into timeline (organization_id, delivery_id, kind, text)
         select l.organization_id, l.delivery_id, 'paused', 'Sending was paused by ' || p.paused_by || ': back in line, out of the digest ' || l.digest_id
         from left_digest l join pauses p on p.organization_id = l.organization_id and p.workflow_id = l.workflow_id)
       select distinct digest_id from left_digest`,
      parameters,
    );
    const emptied = await outdateLeft(tx, left.map(({ digest_id }) => ({ organization_id: organizationId, delivery_id: digest_id })));
    if (emptied.length > 0) await this.waiting.end(tx, NOTHING_LEFT, whichOf(emptied));
  }
}

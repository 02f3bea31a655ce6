/**
 * Pauses of a workflow or of a whole organization. A pause is a row, and as soon as it is there nothing that it covers begins.
 * What it holds follows from it, in batches that lock their lanes in order. Whoever is interrupted leaves nothing behind that
 * the next look does not finish.
 */
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';

import type { Pause } from '@tocsin/contracts';
import { Audit, nameOf, Outbox } from '@tocsin/platform';

import type { Author } from '../author.js';
import { COVERING_PAUSES, PAUSED_BY, PAUSING } from '../deliveries/covering-pauses.js';
import type { DeliveryKey } from '../deliveries/delivery-key.js';
import { DeliveryLog } from '../deliveries/delivery-log.js';
import { PAUSED_TIME } from '../deliveries/held-time.js';
import { lockLanes } from '../deliveries/lock-lane.js';
import { WAITING_IN_LANE } from '../deliveries/waiting-in-lane.js';
import { PausedMembers } from '../digests/paused-members.js';

const BATCH = 500;
/** Ids that are found at once, at first and then: who asked waits for the first ones. */
const FIRST_LOOK = 2000;
const LOOK = 10_000;
/** The pauses that cover the delivery `d`. */
const COVERING = `select 1 from ${COVERING_PAUSES}`;
const TO_HOLD = `d.state = 'waiting' and d.digest_id is null and d.held_since is null and exists (${COVERING})`;
const TO_RELEASE = `d.state = 'waiting' and d.held_since is not null and not exists (${COVERING})`;

/** Those of `$2` that are still so. As a case, which no index of all that is held or waits proves: each is found by its key. */
function byKey(condition: string): string {
  return `d.organization_id = $1 and d.delivery_id = any($2) and case when ${condition} then true end`;
}

interface Change {
  which: string;
  set: string;
  returning: string;
  /** What must be done while they are as they were. */
  before?: string;
  /** What changed may be sent. */
  wakes: boolean;
}

/** Lanes `l`: nothing else finds what waits among all that an organization ever sent. */
const ITS_LANES = `from connections c join lanes l using (connection_id) where coalesce(c.organization_id, $1) = $1 and l.organization_id = $1`;
const HOLD: Change = { which: TO_HOLD, set: 'held_since = clock_timestamp()', returning: `(${PAUSED_BY}) as paused_by`, wakes: false };
/** A digest is held, and its members wait for it. */
const EXTEND_MEMBERS = `update deliveries m set expires_at = m.expires_at + ${PAUSED_TIME} from deliveries d join lanes l using (lane_id) join connections c on c.connection_id = l.connection_id
  where ${byKey(`${TO_RELEASE} and d.kind = 'digest'`)} and m.organization_id = d.organization_id and m.digest_id = d.delivery_id and m.state = 'waiting'`;
const RELEASE: Change = {
  which: TO_RELEASE, set: `held_since = null, expires_at = d.expires_at + (select ${PAUSED_TIME} from lanes l join connections c using (connection_id) where l.lane_id = d.lane_id)`,
  returning: 'null as paused_by', before: EXTEND_MEMBERS, wakes: true,
};
/** What waits, by workflow: also what a digest that waits is to tell, which goes where its own workflow goes. */
const WAITING = `select d.workflow_id, count(*)::int as messages from deliveries d where d.lane_id = any(array(select l.lane_id ${ITS_LANES})) and ${WAITING_IN_LANE}
  and case when d.digest_id is null then true else exists (
    select 1 from deliveries g where g.organization_id = d.organization_id and g.delivery_id = d.digest_id and g.state = 'waiting') end
  group by 1`;

interface Found {
  delivery_id: string;
  lane_id: string;
}

interface Settled {
  /** How many were let go. */
  released: number;
  isMore: boolean;
}

interface Changed extends DeliveryKey {
  lane_id: string;
  paused_by: string | null;
}

@Injectable()
export class PauseRepository {
  constructor(
    private readonly database: DataSource,
    private readonly outbox: Outbox,
    private readonly log: DeliveryLog,
    private readonly audit: Audit,
    private readonly members: PausedMembers,
  ) {}

  async list(organizationId: string): Promise<Pause[]> {
    const rows = await this.database.query<{ workflow_id: string; paused_at: Date; paused_by: string; waiting: number }[]>(
      `with waiting as materialized (${WAITING})
       select p.workflow_id, p.paused_at, p.paused_by, (select coalesce(sum(w.messages), 0)::int from waiting w where p.workflow_id in ('', w.workflow_id)) as waiting
       from pauses p where p.organization_id = $1 order by p.workflow_id`,
      [organizationId],
    );
    return rows.map(({ workflow_id, paused_at, paused_by, waiting }) => ({ ...(workflow_id !== '' && { workflowId: workflow_id }), pausedAt: paused_at.toISOString(), pausedBy: paused_by, waiting }));
  }

  /** Paused once more, it stays as it is. What is just being begun is waited for. @param workflowId '' = everything of the organization */
  async pause(author: Author, workflowId: string): Promise<void> {
    await this.outbox.transaction(async (tx) => {
      await tx.query(`select pg_advisory_xact_lock(${PAUSING})`);
      const begun = await tx.query<unknown[]>('insert into pauses (organization_id, workflow_id, paused_by) values ($1, $2, $3) on conflict do nothing returning 1', [author.organizationId, workflowId, nameOf(author.actor)]);
      if (begun.length > 0) await this.audit.record(tx, { ...author, action: 'deliveries.paused', target: targetOf(author, workflowId) });
    });
  }

  /** @returns how many go on by it */
  async resume(author: Author, workflowId: string): Promise<number> {
    return this.outbox.transaction(async (tx) => {
      const [ended] = await tx.query<[unknown[], number]>('delete from pauses where organization_id = $1 and workflow_id = $2 returning 1', [author.organizationId, workflowId]);
      if (ended.length === 0) return 0;
      await this.audit.record(tx, { ...author, action: 'deliveries.resumed', target: targetOf(author, workflowId) });
      const [row] = await tx.query<{ free: number }[]>(
        `select coalesce(sum(d.messages), 0)::int as free from (select $1::text as organization_id, w.* from (${WAITING}) w) d where $2 in ('', d.workflow_id) and not exists (${COVERING})`,
        [author.organizationId, workflowId],
      );
      return row?.free ?? 0;
    });
  }

  /** Organizations in which something is paused or held. */
  async concerned(): Promise<string[]> {
    const rows = await this.database.query<{ organization_id: string }[]>(
      `select organization_id from pauses union select organization_id from deliveries where held_since is not null and state = 'waiting'`,
    );
    return rows.map(({ organization_id }) => organization_id);
  }

  /**
   * Lets go what no pause covers, holds what one does. Of each lane what is to be sent first comes first, of all lanes alike:
   * what is let go keeps its order, and every lane has something to send while the rest follows.
   */
  async settle(organizationId: string, forMs = Infinity): Promise<Settled> {
    const began = performance.now();
    for (let isMore = true; isMore && performance.now() < began + forMs;) isMore = await this.outbox.transaction((tx) => this.members.takeOut(tx, organizationId));
    const released = await this.repeat(organizationId, RELEASE, began + forMs / 2);
    await this.repeat(organizationId, HOLD, began + forMs);
    return { released, isMore: performance.now() > began + forMs / 2 };
  }

  private async repeat(organizationId: string, change: Change, until: number): Promise<number> {
    let count = 0;
    for (let look = FIRST_LOOK; performance.now() < until; look = LOOK) {
      const found = await this.first(organizationId, change, look);
      if (found.length === 0) return count;
      for (let at = 0; at < found.length && performance.now() < until; at += BATCH) count += await this.outbox.transaction((tx) => this.batch(tx, organizationId, change, found.slice(at, at + BATCH)));
    }
    return count;
  }

  /** About so many, as many of each lane; one of each at least. */
  private async first(organizationId: string, { which }: Change, count: number): Promise<Found[]> {
    return this.database.query<Found[]>(
      `with concerned as materialized (
         select i.lane_id from (select l.lane_id ${ITS_LANES}) i cross join lateral (select 1 from deliveries d where d.lane_id = i.lane_id and ${which} limit 1) its)
       select o.lane_id, f.delivery_id from concerned o cross join lateral (
         select d.delivery_id from deliveries d where d.lane_id = o.lane_id and ${which}
         order by d.priority, d.said_at, d.arrival limit greatest(1, $2 / (select count(*) from concerned))) f`,
      [organizationId, count],
    );
  }

  /** @returns how many changed */
  private async batch(tx: EntityManager, organizationId: string, { which, set, returning, before, wakes }: Change, found: readonly Found[]): Promise<number> {
    const lanes = [...new Set(found.map(({ lane_id }) => lane_id))];
    // what arrives meanwhile is held as it comes; what began to before a pause was known, by the next look
    await lockLanes(tx, lanes);
    const ids = found.map(({ delivery_id }) => delivery_id);
    if (before !== undefined) await tx.query(before, [organizationId, ids]);
    const [changed] = await tx.query<[Changed[], number]>(
      `update deliveries d set ${set}, version = version + 1 where ${byKey(which)} returning d.organization_id, d.delivery_id, d.lane_id, ${returning}`,
      [organizationId, ids],
    );
    if (wakes) await tx.query('select wake_lanes($1)', [lanes]);
    await this.log.write(tx, changed.map(({ organization_id, delivery_id, paused_by }) => ({ organizationId: organization_id, deliveryId: delivery_id, story: storyOf(paused_by) })));
    return changed.length;
  }
}

function storyOf(pausedBy: string | null): { kind: string; text: string } {
  return pausedBy === null ? { kind: 'resumed', text: 'Sending goes on' } : { kind: 'paused', text: `Sending was paused by ${pausedBy}` };
}

function targetOf({ organizationId }: Author, workflowId: string): { kind: string; id: string } {
  return workflowId === '' ? { kind: 'organization', id: organizationId } : { kind: 'workflow', id: workflowId };
}

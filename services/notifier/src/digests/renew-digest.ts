/** Issues of a digest change while it waits, and members leave it, maybe thousands of times: what it says is written anew once, when it is about to be posted. */
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';

import type { SendToSlack } from '@tocsin/contracts';
import { Outbox } from '@tocsin/platform';

import { searchedIn } from '../deliveries/arrival.js';
import type { Claim, ClaimedRow } from '../deliveries/claim.js';
import type { DeliveryKey } from '../deliveries/delivery-key.js';
import type { Outcome } from '../deliveries/delivery-result.js';
import { EXPIRED, NOTHING_LEFT } from '../deliveries/endings.js';
import { issueIdsOf } from '../deliveries/issues-of.js';
import { suppressed } from '../deliveries/outcome.js';
import { WaitingRepository } from '../deliveries/waiting.repository.js';
import { ChangeWaiting } from '../living/change-waiting.js';
import { DigestMembersRepository, type DigestKey } from './digest-members.repository.js';
import { DigestWriter } from './digest-writer.js';
import { PAUSED_MEMBER, PausedMembers } from './paused-members.js';
import { MAYBE_UNTOLD, UntoldMembers } from './untold-members.js';

/** Its life has ended. Its digest is not held, or it would not be posted. */
const EXPIRED_MEMBER = `m.state = 'waiting' and m.expires_at <= clock_timestamp()`;
const MEMBERS = 'from deliveries m where m.organization_id = g.organization_id and m.digest_id = g.delivery_id';
const LEAVING = `select 1 ${MEMBERS} and (${EXPIRED_MEMBER} or ${PAUSED_MEMBER})`;
/** Nobody changes what is on its way, and what arrives is older than what was heard of its issue now and then. */
const BEHIND = `select 1 ${MEMBERS} and exists (
  select 1 from commands c join heard_issues h on h.organization_id = c.organization_id and h.issue_id = c.issue_ids[1] and h.revision > c.issue_revision
  where c.organization_id = m.organization_id and c.delivery_id = m.delivery_id)`;
const UNTOLD = `select 1 ${MEMBERS} and ${MAYBE_UNTOLD}`;
const PAGE = 250;

/** What a digest says instead, or what became of it since nothing is left to tell. */
type Renewed = Pick<ClaimedRow, 'event' | 'issue_ids'> | { outcome: Outcome };

@Injectable()
export class RenewDigest {
  constructor(
    private readonly database: DataSource,
    private readonly outbox: Outbox,
    private readonly members: DigestMembersRepository,
    private readonly writer: DigestWriter,
    private readonly waiting: WaitingRepository,
    private readonly paused: PausedMembers,
    private readonly untold: UntoldMembers,
    private readonly changes: ChangeWaiting,
  ) {}

  /** A digest that is claimed keeps its members, but for those whose life ended, that were paused or that are not to be told any more. @returns undefined when nothing changed, or when its lease is somebody else's */
  async renew(claim: Claim): Promise<Renewed | undefined> {
    const { organizationId, deliveryId: digestId, delivery } = claim;
    const key = { organizationId, digestId };
    const [found] = await this.database.query<{ outdated: boolean; leaving: boolean; behind: boolean; untold: boolean }[]>(
      `select o.outdated, exists (${LEAVING}) as leaving, exists (${BEHIND}) as behind, exists (${UNTOLD}) as untold from digests o join deliveries g on g.organization_id = o.organization_id and g.delivery_id = o.digest_id
       where o.organization_id = $1 and o.digest_id = $2`,
      [organizationId, digestId],
    );
    if (!found?.outdated && !found?.leaving && !found?.behind && !found?.untold) return undefined;
    await this.whileHeld(claim, async (tx) => {
      if (found.leaving) await this.letGo(tx, key);
      if (found.behind) await this.catchUp(tx, key);
    });
    if (found.untold || found.behind) await this.endUntold(claim);
    return this.whileHeld(claim, async (tx) => ((await this.members.page(tx, key, '', 1)).length === 0 ? { outcome: suppressed(NOTHING_LEFT.error) } : this.write(tx, delivery.connection_id, key)));
  }

  /** In a transaction that has the lane locked. @returns undefined when its lease is somebody else's */
  private async whileHeld<T>({ organizationId, deliveryId: digestId, laneId, leaseId }: Claim, work: (tx: EntityManager) => Promise<T>): Promise<T | undefined> {
    return this.outbox.transaction(async (tx) => {
      const held = await tx.query<unknown[]>('select 1 from lanes where lane_id = $1 and lease_id = $2 for no key update', [laneId, leaseId]);
      return held.length > 0 && (await this.isPosting(tx, { organizationId, digestId })) ? work(tx) : undefined;
    });
  }

  /** In batches: what arrives in its lane must not wait for all of them. */
  private async endUntold(claim: Claim): Promise<void> {
    const { organizationId, deliveryId: digestId, delivery } = claim;
    for (let after: string | undefined = ''; after !== undefined;) {
      const from: string = after;
      after = await this.whileHeld(claim, (tx) => this.untold.endSome(tx, { organizationId, digestId }, delivery.ambiguous, from));
    }
  }

  /** An earlier holder's result may have come late, and ended it. */
  private async isPosting(tx: EntityManager, { organizationId, digestId }: DigestKey): Promise<boolean> {
    return (await tx.query<unknown[]>(`select 1 from deliveries where organization_id = $1 and delivery_id = $2 and state = 'posting'`, [organizationId, digestId])).length > 0;
  }

  private async letGo(tx: EntityManager, { organizationId, digestId }: DigestKey): Promise<void> {
    await this.waiting.endMembers(tx, EXPIRED, { condition: 'd.organization_id = $1 and d.digest_id = $2 and d.expires_at <= clock_timestamp()', parameters: [organizationId, digestId] });
    await this.paused.takeOutOf(tx, { organizationId, digestId });
  }

  private async catchUp(tx: EntityManager, key: DigestKey): Promise<void> {
    for (let after: string | undefined = ''; after !== undefined;) {
      const page: DeliveryKey[] = await this.members.page(tx, key, after, PAGE);
      await this.changes.catchUp(tx, page);
      after = page.length < PAGE ? undefined : page.at(-1)?.delivery_id;
    }
  }

  private async write(tx: EntityManager, connectionId: string, key: DigestKey): Promise<Pick<ClaimedRow, 'event' | 'issue_ids'>> {
    const command = await this.writer.present(tx, connectionId, key);
    const [event, issueIds] = [JSON.stringify({ data: command }), issueIdsOf(command)];
    await this.tellHowMany(tx, key, command);
    const workflowId = 'workflowId' in command.source ? command.source.workflowId : null;
    await tx.query('update digests set outdated = false where organization_id = $1 and digest_id = $2', [key.organizationId, key.digestId]);
    await tx.query(
      `with rewritten as (update commands set event = $3, searched = lower($4), issue_ids = $5, workflow_id = $6 where organization_id = $1 and delivery_id = $2)
       update deliveries set workflow_id = $6 where organization_id = $1 and delivery_id = $2 and workflow_id is distinct from $6`,
      [key.organizationId, key.digestId, event, searchedIn(command), issueIds, workflowId],
    );
    return { event: Buffer.from(event), issue_ids: issueIds };
  }

  /** A line for those that left since it was written. */
  private async tellHowMany(tx: EntityManager, { organizationId, digestId }: DigestKey, { source }: SendToSlack): Promise<void> {
    if (source.kind !== 'digest') return;
    await tx.query(
      `insert into timeline (organization_id, delivery_id, kind, text)
       select c.organization_id, c.delivery_id, 'changed', 'Written anew: it tells ' || $3::int || ' of the ' || told.of || ' messages that it told before; the others say what became of them'
       from commands c cross join lateral (select (c.event->'data'->'source'->>'of')::int as of) told where c.organization_id = $1 and c.delivery_id = $2 and told.of > $3::int`,
      [organizationId, digestId, source.of],
    );
  }

  /** What a digest that waits would say; undefined when that is what it was written with. */
  async preview(connectionId: string, key: DigestKey): Promise<SendToSlack | undefined> {
    const outdated = await this.database.query<unknown[]>(
      'select 1 from digests o where organization_id = $1 and digest_id = $2 and outdated and exists (select 1 from deliveries m where m.organization_id = o.organization_id and m.digest_id = o.digest_id)',
      [key.organizationId, key.digestId],
    );
    return outdated.length > 0 ? this.writer.present(this.database, connectionId, key) : undefined;
  }
}

/**
 * Lanes of destinations without an id, or of an id that was changed, never post: here their address is resolved, and their
 * deliveries move, in their order, to the lane of the id.
 */
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

import { kindOfDestinationId, type DeliveryError, type Destination, type DestinationKind } from '@tocsin/domain';
import { Job, LOGGER, Outbox, PeerUnavailable, type Logger } from '@tocsin/platform';

import { ConnectionHolds } from '../connections/connection-holds.js';
import type { Hold } from '../connections/connection.repository.js';
import { PostingJob } from '../deliveries/posting.job.js';
import { WAITING_IN_LANE } from '../deliveries/waiting-in-lane.js';
import { WaitingRepository } from '../deliveries/waiting.repository.js';
import { DestinationRepository } from '../destinations/destination.repository.js';
import { DirectorySyncJob } from './directory-sync.job.js';
import { GOES_NOWHERE_ELSE, LaneMoves, type Place } from './lane-moves.js';
import { ResolveAddress } from './resolve-address.js';

interface ProvisionalLane {
  lane_id: string;
  organization_id: string;
  connection_id: string;
  destination_key: string;
  /** As any of its deliveries says it: one lane, one address. */
  destination: Destination;
}

/** Lanes that are resolved at a time, and of one connection: however many it has and however slowly Slack answers it, others find room. */
const AT_ONCE = 40;
const AT_ONCE_EACH = 5;
const DUE = 'p.active and p.provisional and p.next_at <= clock_timestamp() and p.leased_until <= clock_timestamp()';

@Injectable()
export class ResolutionJob extends Job {
  /** What is being resolved, by connection. */
  private readonly rounds = new Map<string, { lanes: number; end: Promise<void> }>();

  constructor(
    private readonly database: DataSource,
    private readonly waiting: WaitingRepository,
    private readonly addresses: ResolveAddress,
    private readonly moves: LaneMoves,
    private readonly destinations: DestinationRepository,
    private readonly holds: ConnectionHolds,
    private readonly outbox: Outbox,
    private readonly posting: PostingJob,
    private readonly sync: DirectorySyncJob,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    super('address resolution', 500, logger);
  }

  override async onModuleDestroy(): Promise<void> {
    await super.onModuleDestroy();
    await Promise.all([...this.rounds.values()].map(({ end }) => end));
  }

  /** Each connection goes on when its own round has ended. */
  async pass(): Promise<undefined> {
    const room = [...this.rounds.values()].reduce((left, { lanes }) => left - lanes, AT_ONCE);
    if (room <= 0) return;
    const taken = await this.take(room);
    for (const connectionId of new Set(taken.map(({ connection_id }) => connection_id))) this.begin(connectionId, taken.filter(({ connection_id }) => connection_id === connectionId));
  }

  private begin(connectionId: string, lanes: readonly ProvisionalLane[]): void {
    const end = Promise.all(lanes.map((lane) => this.resolve(lane)))
      .catch((error: unknown) => { this.logger.warn({ err: error, connectionId }, 'addresses were left to the end of their leases'); })
      .then(() => {
        this.rounds.delete(connectionId);
        this.wake();
      });
    this.rounds.set(connectionId, { lanes: lanes.length, end });
  }

  private async take(room: number): Promise<ProvisionalLane[]> {
    const taken = await this.database.query<[ProvisionalLane[], number]>(
      `update lanes l set leased_until = clock_timestamp() + interval '30 seconds'
       from (select p.lane_id from lanes p where ${DUE} and p.lane_id = any(array(
               select turn.lane_id from (
                 select p.lane_id, p.next_at, row_number() over (partition by p.connection_id order by p.next_at) as place
                 from lanes p join connections c using (connection_id)
                 where ${DUE} and c.state = 'active' and c.organization_id = p.organization_id and p.connection_id <> all($2::text[])) turn
               where turn.place <= ${AT_ONCE_EACH} order by turn.place, turn.next_at limit $1))
             for no key update skip locked) due
       where l.lane_id = due.lane_id
       returning l.lane_id, l.organization_id, l.connection_id, l.destination_key,
         (select d.destination from ledger d where d.lane_id = l.lane_id and ${WAITING_IN_LANE} limit 1) as destination`,
      [room, [...this.rounds.keys()]],
    );
    return taken[0];
  }

  private async resolve(lane: ProvisionalLane): Promise<void> {
    try {
      const kind = kindOfDestinationId(lane.destination_key);
      if (kind !== undefined) {
        await this.leadOn(lane, kind);
        return;
      }
      if ((lane.destination as Destination | null) === null) {
        await this.release(lane, 0, undefined);
        return;
      }
      const resolution = await this.addresses.resolve(lane.connection_id, lane.destination);
      if ('found' in resolution) await this.outbox.transaction((tx) => this.moves.toFound(tx, placeOf(lane), resolution.found));
      else if ('refused' in resolution) await this.refuse(lane, resolution.refused);
      else await this.release(lane, resolution.later.seconds, resolution.later.reason, resolution.later.hold);
    } catch (error) {
      if (!(error instanceof PeerUnavailable)) this.logger.error({ err: error, laneId: lane.lane_id }, 'an address could not be resolved');
      await this.release(lane, 5, 'the address could not be looked up yet');
    } finally {
      this.posting.wake();
      this.sync.wake();
    }
  }

  /** The lane of an id that was changed. */
  private async leadOn(lane: ProvisionalLane, kind: DestinationKind): Promise<void> {
    await this.outbox.transaction(async (tx) => {
      const place = placeOf(lane);
      const found = await this.destinations.present(tx, { ...place, destinationId: lane.destination_key });
      await this.moves.toNewId(tx, place, lane.destination_key, { ...found, kind });
    });
  }

  /** The address means nothing: what may go elsewhere does, the rest ends here, with the remedy. What arrives meanwhile to go elsewhere does so when the lane is looked at again. */
  private async refuse(lane: ProvisionalLane, error: DeliveryError): Promise<void> {
    await this.outbox.transaction((tx) => this.moves.toOtherwise(tx, placeOf(lane)));
    await this.waiting.endAll({ state: 'failed', error }, { condition: `d.lane_id = $1 and ${WAITING_IN_LANE} and ${GOES_NOWHERE_ELSE}`, parameters: [lane.lane_id] });
    await this.release(lane, 0, undefined);
  }

  /** Nothing may be arriving while it is decided whether the lane sleeps. */
  private async release(lane: ProvisionalLane, seconds: number, reason: string | undefined, hold?: Hold): Promise<void> {
    await this.outbox.transaction(async (tx) => {
      if (hold) await this.holds.hold(tx, lane.organization_id, hold); // connections before lanes, as everywhere
      await tx.query('select 1 from lanes where lane_id = $1 for update', [lane.lane_id]);
      await tx.query(
        `update lanes set leased_until = '-infinity', next_at = clock_timestamp() + make_interval(secs => $2),
           active = exists (select 1 from deliveries d where d.lane_id = lanes.lane_id and ${WAITING_IN_LANE})
         where lane_id = $1`,
        [lane.lane_id, seconds],
      );
      if (reason === undefined) return;
      await tx.query(
        `with told as (
           update deliveries d set waiting_for = $2, version = version + 1 where d.lane_id = $1 and ${WAITING_IN_LANE} and d.waiting_for is distinct from $2::jsonb returning d.organization_id, d.delivery_id)
         insert into timeline (organization_id, delivery_id, kind, text) select organization_id, delivery_id, 'waiting', $2::jsonb->>'reason' from told`,
        [lane.lane_id, JSON.stringify({ reason })],
      );
    });
  }
}

function placeOf({ organization_id, connection_id, lane_id }: ProvisionalLane): Place {
  return { organizationId: organization_id, connectionId: connection_id, laneId: lane_id };
}

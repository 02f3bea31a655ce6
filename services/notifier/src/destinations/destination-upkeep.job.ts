/** Looks after destinations beside the way of messages: two ids of one place become one line, and each new copy of a workspace is compared with what messages go to. */
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

import { Job, LOGGER, Outbox, PeerUnavailable, type Logger } from '@tocsin/platform';

import { ConnectionRepository } from '../connections/connection.repository.js';
import { ResolutionJob } from '../directory/resolution.job.js';
import { CompareWithDirectory } from './compare-with-directory.js';
import { HearOfDestinations } from './hear-of-destinations.js';

const LOOK_MS = 1000;
const AT_ONCE = 20;

@Injectable()
export class DestinationUpkeepJob extends Job {
  constructor(
    private readonly database: DataSource,
    private readonly connections: ConnectionRepository,
    private readonly comparison: CompareWithDirectory,
    private readonly destinations: HearOfDestinations,
    private readonly outbox: Outbox,
    private readonly resolution: ResolutionJob,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    super('destination upkeep', LOOK_MS, logger);
  }

  /** @returns true when there is more */
  async pass(): Promise<boolean> {
    const joined = await this.joinDirectMessages();
    const closed = await this.closeMovedLanes();
    if (joined + closed > 0) this.resolution.wake();
    return (await this.compareOne()) || joined === AT_ONCE;
  }

  /** A direct-message channel is its person, as soon as it is known whose it is. */
  private async joinDirectMessages(): Promise<number> {
    const known = await this.database.query<{ organization_id: string; connection_id: string; destination_id: string; user_id: string }[]>(
      `select d.organization_id, d.connection_id, d.destination_id, m.user_id from destinations d
       join direct_messages m on m.connection_id = d.connection_id and m.channel_id = d.destination_id where d.moved_to is null and d.destination_id like 'D%' limit $1`,
      [AT_ONCE],
    );
    for (const { organization_id: organizationId, connection_id: connectionId, destination_id: destinationId, user_id: person } of known) {
      await this.outbox.transaction((tx) => this.destinations.move(tx, { organizationId, connectionId, destinationId }, person));
    }
    return known.length;
  }

  /** A lane that leads elsewhere was opened once more for what a process that died had begun to post from it. What that left behind is led on, too. */
  private async closeMovedLanes(): Promise<number> {
    const [closed] = await this.database.query<[unknown[], number]>(
      `update lanes set provisional = true, active = true where lane_id in (
         select l.lane_id from destinations d join lanes l on l.connection_id = d.connection_id and l.destination_key = d.destination_id and l.organization_id = d.organization_id
         where d.moved_to is not null and not l.provisional and not exists (select 1 from deliveries p where p.lane_id = l.lane_id and p.state = 'posting')
         order by l.lane_id for update of l skip locked)
       returning 1`,
    );
    return closed.length;
  }

  /** @returns whether there was one to compare */
  private async compareOne(): Promise<boolean> {
    const [due] = await this.database.query<{ connection_id: string; looked_at: Date }[]>(
      `insert into destination_reviews as r (connection_id, leased_until)
       select read.connection_id, clock_timestamp() + interval '2 minutes'
       from (select connection_id, max(synced_at) as last from directory_lists group by 1 having bool_or(list = 'channels' and synced_at is not null)) read
       left join destination_reviews known using (connection_id)
       where read.last > coalesce(known.reviewed_at, '-infinity') and coalesce(known.leased_until, '-infinity') <= clock_timestamp() limit 1
       on conflict (connection_id) do update set leased_until = excluded.leased_until where r.leased_until <= clock_timestamp()
       returning connection_id, clock_timestamp() as looked_at`,
    );
    if (!due) return false;
    try {
      const connection = await this.connections.get(due.connection_id);
      if (connection) await this.comparison.compare(connection);
      await this.database.query(`update destination_reviews set reviewed_at = $2, leased_until = '-infinity' where connection_id = $1`, [due.connection_id, due.looked_at]);
    } catch (error) {
      if (!(error instanceof PeerUnavailable)) this.logger.warn({ err: error, connectionId: due.connection_id }, 'destinations could not be compared with the directory; tried again later');
    }
    return true;
  }
}

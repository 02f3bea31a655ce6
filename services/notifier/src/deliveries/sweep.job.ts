/**
 * The net under the lanes, every 30 seconds: follows a clock that was set back, wakes those that were forgotten, ends what has
 * waited too long, and closes breakers that nothing will ask. The time in which a connection could not send counts to no message's life.
 */
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

import { Job, LOGGER, Outbox, type Logger } from '@tocsin/platform';

import { COVERING_PAUSES } from './covering-pauses.js';
import { EXPIRED } from './endings.js';
import { LEASE_MS } from './lane.repository.js';
import { PostingJob } from './posting.job.js';
import { followClockBack } from './turned-back-clock.js';
import { WAITING_IN_LANE } from './waiting-in-lane.js';
import { WaitingRepository, type Ending, type Which } from './waiting.repository.js';

const SWEEP_MS = 30_000;

const DISCONNECTED: Ending = {
  state: 'suppressed',
  error: { code: 'disconnected', message: 'The workspace was disconnected and not connected again within seven days.', remedy: 'Connect the workspace and replay it if it is still of use.' },
};

/** The time is the transaction's: a clock that runs on cannot be looked up in an index. What waits for a digest is held with it; what is paused is about to be held, and what is owed time about to be given it. */
const TOO_OLD: Which = {
  condition: `d.expires_at <= now() and d.arrival > 0 and d.held_since is null and exists (select 1 from connections c where c.connection_id = d.connection_id and c.state = 'active')
    and not exists (select 1 from deliveries g where g.organization_id = d.organization_id and g.delivery_id = d.digest_id and g.held_since is not null)
    and not exists (select 1 from lanes l where l.lane_id = d.lane_id and l.owed_since is not null) and not exists (select 1 from ${COVERING_PAUSES})`,
  parameters: [],
};
const OF_DISCONNECTED: Which = {
  condition: `d.lane_id = any(array(
    select l.lane_id from lanes l join connections c using (connection_id) where c.state = 'disconnected' and c.held_since < now() - interval '7 days')) and ${WAITING_IN_LANE}`,
  parameters: [],
};

@Injectable()
export class SweepJob extends Job {
  constructor(
    private readonly database: DataSource,
    private readonly outbox: Outbox,
    private readonly waiting: WaitingRepository,
    private readonly posting: PostingJob,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    super('sweep', SWEEP_MS, logger);
  }

  /** @returns true when there is more to end */
  async pass(): Promise<boolean> {
    const seconds = await this.database.transaction((tx) => followClockBack(tx, LEASE_MS));
    if (seconds > 0) this.logger.warn({ seconds: Math.round(seconds) }, 'the clock of the database was set back; what waited by the old one goes on');
    const areMoreOld = await this.endSome(EXPIRED, TOO_OLD);
    const areMoreLost = await this.endSome(DISCONNECTED, OF_DISCONNECTED);
    await this.closeUnasked();
    await this.forgetFailures();
    const forgotten = await this.wakeForgotten();
    if (forgotten > 0) {
      this.logger.warn({ lanes: forgotten }, 'forgotten destinations were woken');
      this.posting.wake();
    }
    return areMoreOld || areMoreLost;
  }

  /** @returns whether there is more */
  private async endSome(ending: Ending, which: Which): Promise<boolean> {
    return (await this.outbox.transaction((tx) => this.waiting.endSome(tx, ending, which))).isMore;
  }

  /** Without a message that waits, and without an edit, nothing finds out whether Slack answers again. */
  private async closeUnasked(): Promise<void> {
    await this.database.query(
      `delete from breakers b using (
         select o.breaker_key from breakers o
         where o.is_open and greatest(o.probe_at, o.edit_probe_at) < clock_timestamp() - interval '1 minute' and not exists (
           select 1 from lanes l where l.active and not l.provisional and l.next_at < 'infinity' and o.breaker_key in ('slack', l.connection_id))
         for update skip locked) unasked
       where b.breaker_key = unasked.breaker_key`,
    );
  }

  /** A closed breaker learns while there are failures to remember, which costs every result a look: old ones say nothing of Slack as it is. */
  private async forgetFailures(): Promise<void> {
    await this.database.query(`delete from breakers where breaker_key in (select breaker_key from breakers where not is_open and learned_at < clock_timestamp() - interval '1 hour' for update skip locked)`);
  }

  /** Lanes that sleep although something waits in them and their connection can send. @returns how many */
  private async wakeForgotten(): Promise<number> {
    const [woken] = await this.database.query<[unknown[], number]>(
      `update lanes l set active = true, rests = false, next_at = case when l.next_at = 'infinity' or l.rests then clock_timestamp() else l.next_at end
       from (
         select w.lane_id from lanes w join connections c on c.connection_id = w.connection_id and c.organization_id = w.organization_id and c.state = 'active'
         where (not w.active or w.next_at = 'infinity' or w.rests) and w.owed_since is null and exists (
           select 1 from deliveries d where d.lane_id = w.lane_id and d.state = 'waiting' and d.digest_id is null and d.held_since is null and d.expires_at > clock_timestamp()
             and (not w.rests or d.not_before <= clock_timestamp()) and not exists (select 1 from ${COVERING_PAUSES}))
         order by w.lane_id for no key update of w skip locked) forgotten
       where l.lane_id = forgotten.lane_id returning 1`,
    );
    return woken.length;
  }
}

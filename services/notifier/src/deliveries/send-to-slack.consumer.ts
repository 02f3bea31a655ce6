/** `slack.send.v1` in: recorded in batches, acknowledged after the commit that holds it. */
import { Controller, Inject } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { DataSource } from 'typeorm';

import { SendToSlack } from '@tocsin/contracts';
import { Audit, BusContext, isDatabaseAwayOrSlow, LOGGER, PauseError, PermanentError, RestOfWork, type Logger } from '@tocsin/platform';

import { ConnectionRepository } from '../connections/connection.repository.js';
import { DoubtfulConnectionsJob } from '../connections/doubtful-connections.job.js';
import { auditOfForeign, logForeign } from '../connections/foreign-command.js';
import { DirectoryRepository } from '../directory/directory.repository.js';
import { ResolutionJob } from '../directory/resolution.job.js';
import { arrivalRow, type ArrivalRow } from './arrival.js';
import { ArrivalRepository } from './arrival.repository.js';
import { Batcher } from './batcher.js';
import { PostingJob } from './posting.job.js';
import { SweepJob } from './sweep.job.js';

const MOMENT_MS = 10;
/** Half of what is in work at a time (`prefetch` in the table of messages): one batch is read while the one before is recorded. */
const BATCH = 100;

@Controller()
export class SendToSlackConsumer {
  private readonly batches = new Batcher<ArrivalRow>((rows) => this.record(rows), BATCH, MOMENT_MS);

  constructor(
    private readonly arrivals: ArrivalRepository,
    private readonly connections: ConnectionRepository,
    private readonly directory: DirectoryRepository,
    private readonly posting: PostingJob,
    private readonly resolution: ResolutionJob,
    private readonly doubtful: DoubtfulConnectionsJob,
    private readonly sweep: SweepJob,
    private readonly audit: Audit,
    private readonly database: DataSource,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  @EventPattern<string>('slack.send.v1')
  async handle(@Payload() command: SendToSlack, @Ctx() context: BusContext): Promise<RestOfWork> {
    const owner = await this.connections.organizationOf(command.connectionId);
    if (owner !== undefined && owner !== command.organizationId) await this.refuseForeign(command);
    const person = await this.personOf(command);
    const recorded = this.batches.add(arrivalRow({ command, saidAt: context.time, ...(context.json && { json: context.json }), ...(person !== undefined && { person }) }));
    const woken = [...(owner === undefined ? [this.doubtful] : []), ...(isOver(command) ? [this.sweep] : [])];
    return new RestOfWork(woken.length === 0 ? recorded : recorded.then(() => { for (const job of woken) job.wake(); }));
  }

  private async refuseForeign({ commandId, organizationId, connectionId, source }: SendToSlack): Promise<never> {
    const foreign = { commandId, organizationId, connectionId, source: source.kind };
    await this.audit.record(this.database.manager, auditOfForeign(foreign));
    logForeign(this.logger, foreign);
    throw new PermanentError('foreign_connection', 'The connection belongs to another organization.');
  }

  /** A direct-message channel stands for its person, so that both have one line. */
  private async personOf({ connectionId, destination }: SendToSlack): Promise<string | undefined> {
    return 'id' in destination && destination.id.startsWith('D') ? this.directory.personOfDirectMessage(connectionId, destination.id) : undefined;
  }

  private async record(rows: readonly ArrivalRow[]): Promise<void> {
    await this.arrivals.ingest(rows).catch((error: unknown) => { throw isDatabaseAwayOrSlow(error) ? new PauseError('The database is away or slow.') : error; });
    if (rows.some(({ lane }) => lane.provisional)) this.resolution.wake();
    this.posting.wake();
  }
}

/** Its time has run out already: nobody will send it. */
function isOver({ expiresAt }: SendToSlack): boolean {
  return expiresAt !== undefined && Date.parse(expiresAt) <= Date.now();
}

/** Commands that were sent by hand, and what became of them as far as we have heard. */
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';

import type { Delivery, DeliverySettled, SendToSlack } from '@tocsin/contracts';
import { kindOfDestinationId, type DeliveryError, type DeliverySource, type DeliveryState, type Destination } from '@tocsin/domain';

import { storable } from '../intake/storable.js';

interface CommandRow {
  organization_id: string;
  id: string;
  connection_id: string;
  destination: Destination;
  issue_ids: string[];
  source: DeliverySource;
  priority: number;
  state: DeliveryState;
  state_version: number;
  slack: Delivery['slack'] | null;
  error: DeliveryError | null;
  created_at: Date;
  settled_at: Date | null;
}

/** As we make them and PostgreSQL writes them; what others send may have any id. */
const OWN_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

@Injectable()
export class CommandRepository {
  constructor(private readonly database: DataSource) {}

  async add(tx: EntityManager, command: SendToSlack, priority: number): Promise<void> {
    await tx.query('insert into commands (organization_id, id, connection_id, destination, issue_ids, source, priority) values ($1, $2, $3, $4, $5, $6, $7)', [
      command.organizationId, command.commandId, command.connectionId, JSON.stringify(command.destination), JSON.stringify(command.issues.map(({ id }) => id)), JSON.stringify(command.source), priority,
    ]);
  }

  /** The command as a delivery that has not moved since, or as we heard that it ended. */
  async find(organizationId: string, id: string): Promise<Delivery | undefined> {
    if (!OWN_ID.test(id)) return undefined;
    const [row] = await this.database.query<CommandRow[]>('select * from commands where organization_id = $1 and id = $2', [storable(organizationId), id]);
    return row && deliveryOf(row);
  }

  /** Takes over how a delivery ended, unless we have heard something newer; those that others sent are not ours to know. */
  async settle({ organizationId, id, version, state, slack, error, settledAt }: DeliverySettled): Promise<void> {
    if (!OWN_ID.test(id)) return;
    await this.database.query(
      `update commands set state = $3, state_version = $4, slack = $5, error = $6, settled_at = $7
       where organization_id = $1 and id = $2 and state_version < $4`,
      [organizationId, id, state, version, slack ?? null, error ?? null, settledAt ?? null],
    );
  }

  /** Removes commands that ended longer than this ago, at most `limit`. @returns how many */
  async removeEnded(hours: number, limit: number): Promise<number> {
    const [, removed] = await this.database.query<[unknown[], number]>(
      `delete from commands where (organization_id, id) in (
         select organization_id, id from commands where settled_at < now() - make_interval(hours => $1) order by settled_at limit $2 for update skip locked)`,
      [hours, limit],
    );
    return removed;
  }

  /** Commands that are committed and not yet on the bus, those among them that nobody took so far. @param organizationId undefined = of all organizations */
  async countInTransit(organizationId: string | undefined): Promise<number> {
    const [row] = await this.database.query<{ count: number }[]>(
      `select count(*)::int as count from (select type, organization_id from outbox union all select type, organization_id from outbox_dead) o
       where o.type = 'slack.send.v1' and ($1::text is null or o.organization_id = $1)`,
      [storable(organizationId) ?? null],
    );
    return row?.count ?? 0;
  }
}

function deliveryOf(row: CommandRow): Delivery {
  const { destination } = row;
  const kind = 'id' in destination ? kindOfDestinationId(destination.id) : 'email' in destination ? 'user' : undefined;
  return {
    id: row.id,
    state: row.state,
    version: row.state_version,
    organizationId: row.organization_id,
    connectionId: row.connection_id,
    destination: { ...('id' in destination && { id: destination.id }), ...(kind !== undefined && { kind }), ...('name' in destination && { name: destination.name }), ...('email' in destination && { name: destination.email }) },
    issueIds: row.issue_ids,
    issueCount: row.issue_ids.length,
    priority: row.priority,
    attempts: 0,
    source: row.source,
    ...(row.error !== null && { error: row.error }),
    ...(row.slack != null && { slack: row.slack }),
    createdAt: row.created_at.toISOString(),
    ...(row.settled_at !== null && { settledAt: row.settled_at.toISOString() }),
    timeline: [{ at: row.created_at.toISOString(), kind: 'accepted', text: 'The command was accepted.' }],
  };
}

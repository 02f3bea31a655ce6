/** The message of a delivery, exactly as it is or would be posted. What was folded shows its digest's. */
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

import type { DeliveryMessage } from '@tocsin/contracts';
import { renderMessage, renderPlainText } from '@tocsin/domain';

import { messageInputOf } from '../deliveries/message-of-delivery.js';
import type { DeliveryRow } from '../deliveries/delivery-view.js';
import { DirectoryRepository } from '../directory/directory.repository.js';
import { NotifierConfig } from '../notifier.config.js';
import { DeliveryQueries } from './delivery.queries.js';

@Injectable()
export class DeliveryMessageQuery {
  constructor(
    private readonly queries: DeliveryQueries,
    private readonly directory: DirectoryRepository,
    private readonly database: DataSource,
    private readonly config: NotifierConfig,
  ) {}

  /** @returns undefined when there is no such delivery, or its command has not arrived */
  async of(organizationId: string, deliveryId: string): Promise<DeliveryMessage | undefined> {
    const row = await this.queries.row(organizationId, deliveryId);
    if (!row) return undefined;
    const told = row.digest_id === null ? row : ((await this.queries.row(organizationId, row.digest_id)) ?? row);
    const input = messageInputOf(told, this.config.PUBLIC_URL, await this.ownersOf(told), Date.now());
    if (await this.wasPlainText(told)) return { ...renderPlainText(input), blocks: [], attachments: [], plainText: true };
    const { text, blocks, attachments } = renderMessage(input);
    return { text, blocks: blocks, attachments: attachments };
  }

  private async ownersOf({ command, connection_id }: DeliveryRow): Promise<string[]> {
    const owners = command.options?.mention?.owner === true ? command.issues.flatMap((issue) => issue.owners) : [];
    return owners.length > 0 ? this.directory.peopleByEmail(connection_id, owners) : [];
  }

  private async wasPlainText({ organization_id, delivery_id, state }: DeliveryRow): Promise<boolean> {
    if (state !== 'posted') return false;
    const found = await this.database.query<unknown[]>(`select 1 from timeline where organization_id = $1 and delivery_id = $2 and slack->>'plainText' = 'true' limit 1`, [organization_id, delivery_id]);
    return found.length > 0;
  }
}

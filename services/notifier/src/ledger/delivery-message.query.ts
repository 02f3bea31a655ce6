/** The message of a delivery, exactly as it is or would be posted. What was folded shows its digest's. */
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

import type { DeliveryMessage } from '@tocsin/contracts';
import { renderMessage, renderPlainText } from '@tocsin/domain';

import { DELIVERY_COLUMNS, type DeliveryRow } from '../deliveries/delivery-view.js';
import { messageInputOf, toldIssues, type ToRender } from '../deliveries/message-of-delivery.js';
import { DirectoryRepository } from '../directory/directory.repository.js';
import { asTold, type Tellable } from '../living/claim-telling.js';
import { TOLD_COLUMNS, TOLD_JOINS } from '../living/told-issues.repository.js';
import { NotifierConfig } from '../notifier.config.js';

type MessageRow = DeliveryRow & Tellable;

@Injectable()
export class DeliveryMessageQuery {
  constructor(
    private readonly directory: DirectoryRepository,
    private readonly database: DataSource,
    private readonly config: NotifierConfig,
  ) {}

  /** @returns undefined when there is no such delivery, or its command has not arrived */
  async of(organizationId: string, deliveryId: string): Promise<DeliveryMessage | undefined> {
    const row = await this.row(organizationId, deliveryId);
    if (!row) return undefined;
    const told = row.digest_id === null ? row : ((await this.row(organizationId, row.digest_id)) ?? row);
    const { shown, plainText } = told.state === 'posted' ? await this.asPosted(told) : { shown: asTold(told, told.command), plainText: false };
    const input = messageInputOf(shown, this.config.PUBLIC_URL, await this.ownersOf(told.connection_id, shown), Date.now());
    if (plainText) return { ...renderPlainText(input), blocks: [], attachments: [], plainText };
    const { text, blocks, attachments } = renderMessage(input);
    return { text, blocks, attachments };
  }

  /** With what decides how it is told. */
  private async row(organizationId: string, deliveryId: string): Promise<MessageRow | undefined> {
    const [row] = await this.database.query<MessageRow[]>(
      `select ${DELIVERY_COLUMNS('d')}, d.parent_channel, d.parent_ts, ${TOLD_COLUMNS} from ledger d ${TOLD_JOINS} where d.organization_id = $1 and d.delivery_id = $2`,
      [organizationId, deliveryId],
    );
    return row;
  }

  /** In a thread or as plain text, if its timeline says so. */
  private async asPosted(row: MessageRow): Promise<{ shown: ToRender; plainText: boolean }> {
    const [line] = await this.database.query<{ slack: { plainText?: true; threadTs?: string } | null }[]>(
      `select slack from timeline where organization_id = $1 and delivery_id = $2 and kind = 'posted' order by id desc limit 1`,
      [row.organization_id, row.delivery_id],
    );
    return { shown: line?.slack?.threadTs === undefined ? row : { ...row, kind: 'reply' }, plainText: line?.slack?.plainText === true };
  }

  private async ownersOf(connectionId: string, shown: ToRender): Promise<string[]> {
    const owners = shown.command.options?.mention?.owner === true ? toldIssues(shown).flatMap((issue) => issue.owners) : [];
    return owners.length > 0 ? this.directory.peopleByEmail(connectionId, owners) : [];
  }
}

/**
 * The message of a delivery, exactly as it is or would be posted, and what stands in Slack where that is another one. What was
 * folded shows its digest's.
 */
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

import type { Behind, DeliveryMessage, SlackContent } from '@tocsin/contracts';
import type { Issue } from '@tocsin/domain';

import { DELIVERY_COLUMNS, type DeliveryRow } from '../deliveries/delivery-view.js';
import { contentOf, inputOfEdit, mentionedOwners, messageInputOf, type Content, type ToRender } from '../deliveries/message-of-delivery.js';
import { RenewDigest } from '../digests/renew-digest.js';
import { DirectoryRepository } from '../directory/directory.repository.js';
import { asAttempted, asTold, type Tellable } from '../living/claim-telling.js';
import { isGone } from '../living/edit-verdict.js';
import { TOLD_COLUMNS, TOLD_JOINS } from '../living/told-issues.repository.js';
import { NotifierConfig } from '../notifier.config.js';

type MessageRow = DeliveryRow & Tellable & {
  /** What its issue's row says, where that speaks of this message. */
  own: { plainText: boolean; isBehind: boolean } | null;
  edit: { issue: Issue; ownerIds: string[]; plainText: boolean; at: string } | null;
};

type Written = Content & Pick<SlackContent, 'plainText'>;

/** What its timeline says of how it was posted, and of when it was brought up to date. */
interface Lines {
  posted: { plainText?: true; threadTs?: string } | null;
  edited_at: Date | null;
  /** The last word about an edit, with Slack's. */
  last: { kind: string; error: string | null } | null;
}

@Injectable()
export class DeliveryMessageQuery {
  constructor(
    private readonly directory: DirectoryRepository,
    private readonly digests: RenewDigest,
    private readonly database: DataSource,
    private readonly config: NotifierConfig,
  ) {}

  /** @returns undefined when there is no such delivery, or its command has not arrived */
  async of(organizationId: string, deliveryId: string): Promise<DeliveryMessage | undefined> {
    const row = await this.row(organizationId, deliveryId);
    if (!row) return undefined;
    const told = row.digest_id === null ? row : ((await this.row(organizationId, row.digest_id)) ?? row);
    if (told.state === 'posted') return this.posted(told);
    if (told.kind === 'digest' && told.state === 'waiting') told.command = (await this.digests.preview(told.connection_id, { organizationId, digestId: told.delivery_id })) ?? told.command;
    const attempted = told.state === 'unconfirmed' ? asAttempted(told, told.command) : undefined;
    return {
      ...(await this.written(told, asTold(told, told.command), false)),
      ...(attempted && { attempted: await this.written(told, attempted, told.own?.plainText === true) }),
    };
  }

  /** With what decides how it is told, and what it shows since. */
  private async row(organizationId: string, deliveryId: string): Promise<MessageRow | undefined> {
    const [row] = await this.database.query<MessageRow[]>(
      `select ${DELIVERY_COLUMNS('d')}, d.parent_channel, d.parent_ts, ${TOLD_COLUMNS},
         case when t.delivery_id = d.delivery_id then jsonb_build_object('plainText', t.was_plain_text,
           'isBehind', t.ts is not null and t.living and not t.in_digest and t.wanted_revision > t.shown_revision) end as own,
         (select jsonb_build_object('issue', e.issue, 'ownerIds', e.owner_ids, 'plainText', e.was_plain_text, 'at', e.edited_at) from last_edits e
          where e.organization_id = d.organization_id and e.delivery_id = d.delivery_id) as edit
       from ledger d ${TOLD_JOINS} where d.organization_id = $1 and d.delivery_id = $2`,
      [organizationId, deliveryId],
    );
    return row;
  }

  /** In a thread or as plain text, if its timeline says so. */
  private async posted(row: MessageRow): Promise<DeliveryMessage> {
    const { posted, edited_at, last } = await this.linesOf(row);
    const first: ToRender = posted?.threadTs === undefined ? row : { ...row, kind: 'reply' };
    const behind = row.own?.isBehind === true ? 'waits' : last ? behindAfter(last) : undefined;
    const edit = behind === 'gone' ? null : row.edit;
    return {
      ...(await this.written(row, first, posted?.plainText === true)),
      ...(edit ? { inSlack: this.edited(row, edit), editedAt: new Date(edit.at).toISOString() } : edited_at && { editedAt: edited_at.toISOString() }),
      ...(behind && { behind }),
    };
  }

  private async linesOf({ organization_id, delivery_id }: MessageRow): Promise<Lines> {
    const [lines] = await this.database.query<[Lines]>(
      `select (array_agg(slack order by id desc) filter (where kind = 'posted'))[1] as posted, max(at) filter (where kind = 'brought_up_to_date') as edited_at,
         (array_agg(jsonb_build_object('kind', kind, 'error', slack->>'error') order by id desc) filter (where kind in ('brought_up_to_date', 'not_brought_up_to_date', 'replaced')))[1] as last
       from timeline where organization_id = $1 and delivery_id = $2`,
      [organization_id, delivery_id],
    );
    return lines;
  }

  private edited({ command, ambiguous }: MessageRow, { issue, ownerIds, plainText }: NonNullable<MessageRow['edit']>): Written {
    return { ...contentOf(inputOfEdit({ command, ambiguous, issue, ownerIds }, this.config.PUBLIC_URL), plainText), ...(plainText && { plainText }) };
  }

  private async written({ connection_id: connectionId }: MessageRow, shown: ToRender, plainText: boolean): Promise<Written> {
    const input = messageInputOf(shown, this.config.PUBLIC_URL, await this.directory.peopleByEmail(connectionId, mentionedOwners(shown.command)), Date.now());
    return { ...contentOf(input, plainText), ...(plainText && { plainText }) };
  }
}

function behindAfter({ kind, error }: NonNullable<Lines['last']>): Behind | undefined {
  if (kind === 'not_brought_up_to_date') return 'left';
  if (kind === 'replaced') return error !== null && isGone(error) ? 'gone' : 'replaced';
  return undefined;
}

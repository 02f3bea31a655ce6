/**
 * What Slack's events tell of channels and people, passed on once for each connection of the app in that workspace. Events
 * of workspaces that nobody connected leave no trace.
 */
import { Injectable } from '@nestjs/common';

import { Inbox, Outbox, type OutgoingEvent } from '@tocsin/platform';

import { ConnectionRepository } from '../connections/connection.repository.js';
import type { StoredConnection } from '../connections/stored-connection.js';
import type { SlackEvent } from './slack-event.js';

type News = Extract<SlackEvent, { kind: 'channel' | 'person' }>;

@Injectable()
export class ReportNews {
  constructor(
    private readonly connections: ConnectionRepository,
    private readonly inbox: Inbox,
    private readonly outbox: Outbox,
  ) {}

  async report(news: News): Promise<void> {
    const concerned = (await this.connections.ofApp(news.workspaceIds, news.appId)).filter((connection) => isNewsFor(connection, news));
    if (concerned.length === 0) return;
    await this.outbox.transaction(async (tx) => {
      if (!(await this.inbox.firstTime(tx, 'slack', news.eventId))) return;
      await this.outbox.add(tx, ...concerned.map((connection) => eventFor(connection, news)));
    });
  }
}

/** Of those who come and go, only our own bot changes what can be posted to. */
function isNewsFor({ bot }: StoredConnection, news: News): boolean {
  return news.kind === 'person' || news.who === undefined || news.who === bot.userId;
}

function eventFor({ organizationId, id }: StoredConnection, news: News): OutgoingEvent {
  const told = { organizationId, connectionId: id, at: news.at.toISOString() };
  if (news.kind === 'person') return { type: 'person.reported.v1', organizationId, subject: id, data: { ...told, person: news.person } };
  return { type: 'channel.reported.v1', organizationId, subject: id, data: { ...told, channel: news.channel, news: news.news, ...(news.newId !== undefined && { newId: news.newId }) } };
}

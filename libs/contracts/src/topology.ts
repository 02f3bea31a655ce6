/**
 * Every message that crosses a service boundary: where it is said, who hears it, which class checks it. Exchanges,
 * queues and bindings are declared from this table, and a service does not start unless each message that it hears
 * has exactly one handler.
 */
import { ChannelReported } from './messages/channel-reported.js';
import { ConnectionChanged } from './messages/connection-changed.js';
import { ConnectionReported } from './messages/connection-reported.js';
import { DeliverySettled } from './messages/delivery-settled.js';
import { DestinationChanged } from './messages/destination-changed.js';
import { IssueChanged } from './messages/issue-changed.js';
import { IssueRefreshed } from './messages/issue-refreshed.js';
import { IssueReported } from './messages/issue-reported.js';
import { IssueResolved } from './messages/issue-resolved.js';
import { PersonReported } from './messages/person-reported.js';
import { ScanCompleted } from './messages/scan-completed.js';
import { SendToSlack } from './messages/send-to-slack.js';

export const SERVICES = ['connector', 'issues', 'workflows', 'notifier'] as const;
export type ServiceName = (typeof SERVICES)[number];

/** Topic exchanges, durable. */
export const EXCHANGES = { intake: 'tocsin.intake', events: 'tocsin.events', commands: 'tocsin.commands', dead: 'tocsin.dead' } as const;
export type Exchange = (typeof EXCHANGES)[keyof typeof EXCHANGES];

export interface MessageRoute {
  /** CloudEvents type = routing key. */
  type: string;
  exchange: Exchange;
  saidBy: readonly (ServiceName | 'any')[];
  heardBy: readonly ServiceName[];
  /** Messages that a hearer has in work at a time, where it takes them in batches. */
  prefetch?: number;
  contract: new () => object;
  /** Bytes of the whole event at most; {@link MESSAGE_MAX_BYTES} when left out. */
  maxBytes?: number;
}

/** As much as an event may have over HTTP. */
export const MESSAGE_MAX_BYTES = 5 * 1024 * 1024;
export const COMMAND_MAX_BYTES = 256 * 1024;

export const MESSAGES = [
  { type: 'issue.reported.v1', exchange: EXCHANGES.intake, saidBy: ['any'], heardBy: ['issues'], contract: IssueReported },
  { type: 'issue.resolved.v1', exchange: EXCHANGES.intake, saidBy: ['any'], heardBy: ['issues'], contract: IssueResolved },
  { type: 'issue.changed.v1', exchange: EXCHANGES.events, saidBy: ['issues'], heardBy: ['notifier'], contract: IssueChanged, prefetch: 200 },
  { type: 'issue.refreshed.v1', exchange: EXCHANGES.events, saidBy: ['issues'], heardBy: ['notifier'], contract: IssueRefreshed, prefetch: 200 },
  { type: 'scan.completed.v1', exchange: EXCHANGES.events, saidBy: ['issues'], heardBy: [], contract: ScanCompleted },
  { type: 'connection.changed.v1', exchange: EXCHANGES.events, saidBy: ['connector'], heardBy: ['notifier', 'issues'], contract: ConnectionChanged },
  { type: 'connection.reported.v1', exchange: EXCHANGES.events, saidBy: ['notifier'], heardBy: ['connector'], contract: ConnectionReported },
  { type: 'channel.reported.v1', exchange: EXCHANGES.events, saidBy: ['connector'], heardBy: ['notifier'], contract: ChannelReported },
  { type: 'person.reported.v1', exchange: EXCHANGES.events, saidBy: ['connector'], heardBy: ['notifier'], contract: PersonReported },
  { type: 'destination.changed.v1', exchange: EXCHANGES.events, saidBy: ['notifier'], heardBy: [], contract: DestinationChanged },
  { type: 'slack.send.v1', exchange: EXCHANGES.commands, saidBy: ['issues', 'any'], heardBy: ['notifier'], contract: SendToSlack, prefetch: 200, maxBytes: COMMAND_MAX_BYTES },
  { type: 'delivery.settled.v1', exchange: EXCHANGES.events, saidBy: ['notifier'], heardBy: ['issues'], contract: DeliverySettled },
] as const satisfies readonly MessageRoute[];

export type MessageType = (typeof MESSAGES)[number]['type'];

/** The route of a message type; undefined for a type that nobody here speaks. */
export function routeOf(type: string): MessageRoute | undefined {
  return MESSAGES.find((route) => route.type === type);
}

/** Queue of one hearer: `<service>.<message>`. */
export function queueName(service: ServiceName, type: string): string {
  return `${service}.${type}`;
}

/** The queues of one service, with the message each carries. */
export function queuesOf(service: ServiceName): { queue: string; route: MessageRoute }[] {
  return MESSAGES.filter((route: MessageRoute) => route.heardBy.includes(service)).map((route) => ({ queue: queueName(service, route.type), route }));
}

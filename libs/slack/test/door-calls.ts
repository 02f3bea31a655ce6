/** The door's methods, by the name of Slack's. */
import { SlackDoor, type SlackAnswer } from '../src/index.js';

export type Call = (door: SlackDoor) => Promise<SlackAnswer<unknown>>;

export const CALLS = {
  'auth.test': (door) => door.authTest(),
  'auth.revoke': (door) => door.authRevoke(),
  'oauth.v2.access': (door) => door.oauthAccess({ code: 'c', clientId: 'i', clientSecret: 's', redirectUri: 'https://example.test/slack/oauth/callback' }),
  'conversations.list': (door) => door.listChannels(),
  'conversations.info': (door) => door.channelInfo('C012AB3CD'),
  'users.conversations': (door) => door.listMemberChannels(),
  'users.list': (door) => door.listPeople(),
  'users.info': (door) => door.userInfo('W012A3CDE'),
  'users.lookupByEmail': (door) => door.lookupByEmail('spengler@ghostbusters.example.com'),
  'chat.postMessage': (door) => door.postMessage({ channel: 'C1H9RESGL', text: 'hello' }),
  'chat.update': (door) => door.updateMessage({ channel: 'C024BE91L', ts: '1401383885.000061', text: 'hello' }),
  'chat.delete': (door) => door.deleteMessage({ channel: 'C024BE91L', ts: '1401383885.000061' }),
} as const satisfies Record<string, Call>;

export type Method = keyof typeof CALLS;

/** By which of the door's methods an answer of another one is read: the one whose answers look most like it. */
const READ_AS = {
  'apps.uninstall': 'auth.revoke',
  'bots.info': 'users.info',
  'chat.getPermalink': 'chat.postMessage',
  'chat.postEphemeral': 'chat.postMessage',
  'conversations.join': 'conversations.info',
  'conversations.open': 'conversations.info',
  'conversations.setTopic': 'conversations.info',
  'files.completeUploadExternal': 'chat.postMessage',
  'files.getUploadURLExternal': 'chat.postMessage',
  'oauth.access': 'oauth.v2.access',
  'rtm.connect': 'auth.test',
  'team.info': 'auth.test',
  'views.open': 'chat.update',
} as const satisfies Record<string, Method>;

/** @throws Error for a method that nothing reads */
export function readerOf(method: string): Method {
  if (Object.hasOwn(CALLS, method)) return method as Method;
  if (Object.hasOwn(READ_AS, method)) return READ_AS[method as keyof typeof READ_AS];
  throw new Error(`say in READ_AS how an answer of ${method} is read`);
}

/** What the page shows: the places of each workspace, and the messages of the chosen one. A person stands for the direct messages with each app. */
import type { Message } from '../messages.js';
import type { Person, Workspace } from '../workspace.js';
import type { World } from '../world.js';

const SHOWN_MESSAGES = 200;
/** Of a generated directory with thousands of channels the page lists these many, those with messages first. */
const SHOWN_PLACES = 200;

interface Place {
  id: string;
  kind: 'public' | 'private' | 'person';
  name: string;
  purpose: string;
  isArchived: boolean;
  isShared: boolean;
  /** Messages there. */
  count: number;
}

interface PlaceList {
  items: Place[];
  /** How many are not listed. */
  more: number;
}

export interface PageState {
  version: string;
  workspaces: { id: string; name: string; channels: PlaceList; people: PlaceList }[];
  chosen?: Place;
  messages: ReturnType<typeof messageView>[];
  /** Names for the ids that the messages mention. */
  names: Record<string, string>;
}

/** @param chosen id of a channel or a person */
export function pageState(world: World, chosen: string | undefined): PageState {
  const workspaces = world.workspaces.map((workspace) => placesOf(world, workspace));
  const place = workspaces.flatMap(({ channels, people }) => [...channels, ...people]).find(({ id }) => id === chosen);
  const messages = place === undefined ? [] : world.messagesAt(place.id)?.slice(-SHOWN_MESSAGES).map((message) => messageView(world, message)) ?? [];
  return {
    version: world.version,
    workspaces: workspaces.map(({ id, name, channels, people }) => ({ id, name, channels: listOf(channels), people: listOf(people) })),
    ...(place && { chosen: place }),
    messages,
    names: namesIn(world, JSON.stringify(messages)),
  };
}

function placesOf(world: World, workspace: Workspace): { id: string; name: string; channels: Place[]; people: Place[] } {
  const posted = new Map<string, number>();
  const channels: Place[] = [];
  for (const channel of workspace.conversations()) {
    const count = world.messages.count(channel.id);
    const { id, kind, name, purpose, isArchived, isShared, userId } = channel;
    if (kind !== 'im') channels.push({ id, kind, name, purpose, isArchived, isShared, count });
    else if (userId !== undefined) posted.set(userId, (posted.get(userId) ?? 0) + count);
  }
  const people = [...workspace.people.values()].filter(isReachable)
    .map(({ id, realName }): Place => ({ id, kind: 'person', name: realName, purpose: '', isArchived: false, isShared: false, count: posted.get(id) ?? 0 }));
  return { id: workspace.id, name: workspace.name, channels, people };
}

function isReachable({ id, deleted, botId }: Person): boolean {
  return !deleted && botId === undefined && id !== 'USLACKBOT';
}

function listOf(places: readonly Place[]): PlaceList {
  const items = places.length <= SHOWN_PLACES ? [...places] : [...places.filter(({ count }) => count > 0), ...places.filter(({ count }) => count === 0)].slice(0, SHOWN_PLACES);
  return { items, more: places.length - items.length };
}

function namesIn(world: World, text: string): Record<string, string> {
  const ids = new Set(text.match(/\b[CGUW][A-Z0-9]{6,20}\b/g));
  const nameOf = (id: string): string | undefined => {
    const workspace = world.workspaces.find(({ channels, people }) => channels.has(id) || people.has(id));
    return workspace?.channels.get(id)?.name ?? workspace?.people.get(id)?.realName;
  };
  return Object.fromEntries([...ids].flatMap((id) => {
    const name = nameOf(id);
    return name === undefined ? [] : [[id, name]];
  }));
}

function messageView(world: World, message: Message) {
  const { channel, ts, thread_ts, broadcast, text, blocks, attachments, updates, receivedAt } = message;
  return { channel, ts, thread_ts, broadcast, text, blocks, attachments, updates, receivedAt, sender: world.grants.ofBot(message.botId)?.app.name ?? message.user };
}

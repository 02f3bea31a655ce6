/** Where a message goes: a channel or a person, held by Slack id; names and e-mail addresses are resolved to ids. */

export type Destination = { id: string } | { name: string } | { email: string };
export type DestinationKind = 'channel' | 'user';

/** C… and G… are channels, U… and W… people, D… the direct-message channel of one person with the app. */
export const SLACK_DESTINATION_ID = /^[CGDUW][A-Z0-9]{6,20}$/;

/** What an id names; undefined when it is not the id of a destination. */
export function kindOfDestinationId(id: string): DestinationKind | undefined {
  if (!SLACK_DESTINATION_ID.test(id)) return undefined;
  return id.startsWith('U') || id.startsWith('W') || id.startsWith('D') ? 'user' : 'channel';
}

/** Whether Slack lets the app post to a channel that is not archived: one it is in, or any public one where its scopes say so. */
export function mayPostTo({ isMember, isPrivate }: { isMember: boolean; isPrivate: boolean }, scopes: readonly string[]): boolean {
  return isMember || (!isPrivate && scopes.includes('chat:write.public'));
}

/**
 * The key under which messages to one destination wait in line: the Slack id itself, else `name:` or `email:` with the
 * normalised value. Two spellings of one name have one key.
 */
export function destinationKey(destination: Destination): string {
  if ('id' in destination) return destination.id;
  if ('email' in destination) return `email:${destination.email.trim().toLowerCase()}`;
  return `name:${channelName(destination.name)}`;
}

/** `#Sec-Alerts ` → `sec-alerts`: a channel's name as Slack stores it. */
export function channelName(name: string): string {
  return name.trim().replace(/^#/, '').toLowerCase();
}

/** The Slack scopes that Tocsin asks for. This one table feeds the screen, the manifest, the authorize URL, the checks and the docs. */

export interface SlackScope {
  name: string;
  required: boolean;
  /** What it is for, as shown to people. */
  purpose: string;
  /** What does not work without it. */
  without: string;
}

export const SLACK_SCOPES = [
  { name: 'chat:write', required: true, purpose: 'send messages as the app', without: 'nothing can be sent' },
  { name: 'channels:read', required: true, purpose: 'list public channels', without: 'public channels cannot be picked or found by name' },
  { name: 'groups:read', required: true, purpose: 'list private channels that the app is in', without: 'private channels cannot be picked or found by name' },
  { name: 'users:read', required: true, purpose: 'list people', without: 'people cannot be picked' },
  { name: 'users:read.email', required: true, purpose: 'find people by e-mail', without: 'people cannot be found by their e-mail address' },
  { name: 'chat:write.public', required: false, purpose: 'post to public channels that the app is not in', without: 'the app must be invited to each public channel before it can post there' },
] as const satisfies readonly SlackScope[];

export const REQUIRED_SCOPES: readonly string[] = SLACK_SCOPES.filter((scope) => scope.required).map((scope) => scope.name);
export const OPTIONAL_SCOPES: readonly string[] = SLACK_SCOPES.filter((scope) => !scope.required).map((scope) => scope.name);

/** Required scopes that `granted` lacks, in the order of the table. */
export function missingScopes(granted: readonly string[]): string[] {
  return REQUIRED_SCOPES.filter((name) => !granted.includes(name));
}

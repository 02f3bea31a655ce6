/**
 * VERIFY CONNECTIVITY of a token: everything that its form gives away is checked before a single request leaves, then
 * Slack is asked. The host URL says which workspace is meant; nothing is ever sent to it.
 */
import type { ConnectivityCheck, SlackFailure } from '@tocsin/domain';
import { isWorkspaceOf, parseSlackHost, SANDBOX_TOKEN_PREFIX, type SlackDoor, type SlackIdentity } from '@tocsin/slack';

import { badHostCheck, failed, failureCheck, foreignTokenCheck, kindCheck, otherSlackCheck, passed, scopeCheck, swappedFieldsCheck } from './checks.js';
import { findScopes, grantedScopes, knownMissingScopes, type ScopeProbe } from './find-scopes.js';
import { looksLikeToken } from './token-kind.js';

export interface Verification {
  /** Nothing failed, and Slack said whose token it is. */
  ok: boolean;
  checks: ConnectivityCheck[];
  /** What Slack says of the token; undefined when it was not asked or did not say. */
  found?: { identity: SlackIdentity; scopes: string[]; missingScopes: string[] };
  /** Why auth.test said nothing. */
  failure?: SlackFailure;
}

/** Whether Slack spoke about the token at all: one that is busy, away or not asked says nothing of it. */
export function isVerdict({ found, failure }: Pick<Verification, 'found' | 'failure'>): boolean {
  return found !== undefined || failure?.family === 'refused';
}

export interface SlackSide {
  /** Where requests go. */
  baseUrl: string;
  isSandbox: boolean;
  open: (token: string) => ScopeProbe & Pick<SlackDoor, 'authTest'>;
}

/** @returns every check with its remedy; `found` once Slack has accepted the token */
export async function verifyToken({ hostUrl, token }: { hostUrl: string; token: string }, slack: SlackSide): Promise<Verification> {
  const host = parseSlackHost(hostUrl);
  const byForm = checkForm(hostUrl, token, slack);
  if (!host.ok || byForm.some((check) => check.status === 'failed')) return { ok: false, checks: byForm };
  const door = slack.open(token.trim());
  const answer = await door.authTest();
  if (!answer.ok) return { ok: false, checks: [...byForm, acceptedCheck(answer.failure)], failure: answer.failure };
  const identity = answer.value;
  const scopes = await findScopes(door, answer.scopes);
  const checks = [
    ...byForm,
    passed('token.accepted', `Slack accepts the token: ${identity.workspace.name} as @${identity.bot.name}.`),
    workspaceCheck(host.host, identity),
    ...[...scopes].map(([name, granted]) => scopeCheck(name, granted)),
    ...(await listChecks(door)),
  ];
  return { ok: !checks.some((check) => check.status === 'failed'), checks, found: { identity, scopes: grantedScopes(scopes), missingScopes: knownMissingScopes(scopes) } };
}

/** Whether nothing speaks against sending the token to where requests go. */
export function maySend({ hostUrl, token }: { hostUrl: string; token: string }, slack: Omit<SlackSide, 'open'>): boolean {
  return !checkForm(hostUrl, token, slack).some((check) => check.status === 'failed');
}

function checkForm(hostUrl: string, token: string, { baseUrl, isSandbox }: Omit<SlackSide, 'open'>): ConnectivityCheck[] {
  const kind = kindCheck(token);
  const host = parseSlackHost(hostUrl);
  const checks = [kind];
  if (kind.status !== 'failed' && token.trim().replace(/^xoxe\./, '').startsWith(SANDBOX_TOKEN_PREFIX) !== isSandbox) checks.push(foreignTokenCheck(isSandbox));
  if (!host.ok) checks.push(looksLikeToken(hostUrl) ? swappedFieldsCheck() : badHostCheck(host));
  else if (isOtherSlack(host.host, baseUrl)) checks.push(otherSlackCheck(host.host, baseUrl));
  return checks;
}

/** Slack and GovSlack know nothing of each other's workspaces. Whatever else answers, a proxy or the sandbox, may know both. */
function isOtherSlack(host: string, baseUrl: string): boolean {
  const site = new URL(baseUrl).hostname;
  return (site === 'slack.com' || site === 'slack-gov.com') && !host.endsWith(`.${site}`);
}

/** Without this answer nobody knows whose token it is; still, Slack being busy is no verdict on the token. */
function acceptedCheck(failure: SlackFailure): ConnectivityCheck {
  if (failure.family === 'busy' || failure.family === 'refused') return failureCheck('token.accepted', 'The token', failure);
  return failed('token.accepted', `Slack could not be asked about the token. ${failure.message}`, failure.remedy);
}

function workspaceCheck(host: string, { workspace, isEnterpriseInstall, bot }: SlackIdentity): ConnectivityCheck {
  const id = 'workspace.matches';
  if (isEnterpriseInstall) return failed(id, 'The app was installed for a whole Slack organization.', 'Install the app in one workspace and use the token of that installation.');
  if (bot.id === undefined) return failed(id, 'The token belongs to a person, not to an app.', 'Copy the Bot User OAuth Token (xoxb-) from OAuth & Permissions of the Slack app.');
  if (!isWorkspaceOf(host, workspace.url)) {
    return failed(id, `The token belongs to ${workspace.name} (${workspace.url}), not to ${host}.`, 'Correct Slack Host URL, or use the token of an app that is installed in the workspace that you mean.');
  }
  return passed(id, `The token belongs to ${workspace.name} (${host}).`);
}

async function listChecks(door: ScopeProbe): Promise<ConnectivityCheck[]> {
  const [channels, people] = await Promise.all([door.listChannels(undefined, 'public_channel,private_channel', 1), door.listPeople(undefined, 1)]);
  return [
    channels.ok ? passed('list.channels', 'Channels can be listed.') : failureCheck('list.channels', 'The list of channels', channels.failure),
    people.ok ? passed('list.people', 'People can be listed.') : failureCheck('list.people', 'The list of people', people.failure),
  ];
}

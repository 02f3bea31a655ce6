/** The lines of VERIFY CONNECTIVITY: what each finding is called, what it means and what a person does about it. */
import { REMEDIES, SLACK_SCOPES, type ConnectivityCheck, type SlackFailure } from '@tocsin/domain';
import type { SlackHost } from '@tocsin/slack';

import type { Granted } from './find-scopes.js';
import { tokenKind, type TokenKind } from './token-kind.js';

const COPY_BOT_TOKEN = 'In the Slack app open OAuth & Permissions and copy the Bot User OAuth Token; it begins with xoxb-.';

const WRONG_KINDS: Record<Exclude<TokenKind, 'bot' | 'rotating-bot'>, string> = {
  user: 'This is a User OAuth Token (xoxp-): it speaks as a person, not as the app.',
  'app-level': 'This is an app-level token (xapp-), which cannot send messages.',
  refresh: 'This is a refresh token (xoxe-), which only renews another token.',
  workflow: 'This is a workflow token (xwfp-), which lives for one run of a workflow only.',
  legacy: 'This is a legacy token (xoxa- or xoxr-), which Slack has given up.',
  session: 'This is the token of somebody’s signed-in session; it must not be used by programs.',
  webhook: 'This is the address of an incoming webhook, not a token.',
  'client-secret': 'This looks like a client secret or signing secret of the Slack app, not like a token.',
  'client-id': 'This looks like the client id of the Slack app, not like a token.',
  'api-key': 'This is an API key of Tocsin, not a token of Slack.',
  empty: 'The token is empty.',
  blanks: 'The token has blanks, line breaks or invisible characters inside; it was not copied cleanly.',
  unknown: 'This is not a Bot User OAuth Token of Slack.',
};

export function passed(id: string, message: string): ConnectivityCheck {
  return { id, status: 'passed', message };
}

export function failed(id: string, message: string, remedy: string): ConnectivityCheck {
  return { id, status: 'failed', message, remedy };
}

export function warning(id: string, message: string, remedy: string): ConnectivityCheck {
  return { id, status: 'warning', message, remedy };
}

/** Whether the text is a bot token, by its form alone; if it is another of Slack’s secrets, which, and where the right one stands. */
export function kindCheck(text: string): ConnectivityCheck {
  const kind = tokenKind(text);
  if (kind === 'rotating-bot') {
    return warning('token.kind', 'This is a bot token that expires after 12 hours, since token rotation is on for the Slack app.', 'Connected by IDENTITY PROVIDER it is renewed ahead of time. One that was pasted cannot be: make a Slack app without token rotation, or connect by IDENTITY PROVIDER.');
  }
  if (kind !== 'bot') return failed('token.kind', WRONG_KINDS[kind], COPY_BOT_TOKEN);
  if (text !== text.trim()) return warning('token.kind', 'The token is of the bot kind; blanks around it were left out.', 'Nothing has to be done.');
  return passed('token.kind', 'The token is of the bot kind.');
}

/** A token that belongs to the other side, sandbox or Slack, is told before it is sent anywhere. */
export function foreignTokenCheck(isSandbox: boolean): ConnectivityCheck {
  return isSandbox
    ? failed('token.accepted', 'Tocsin talks to the Slack sandbox, and this is not a token of the sandbox. It was not sent anywhere.', 'To try things out use xoxb-sandbox-acme with acme.slack.com. To connect to Slack set SLACK_BASE_URL=https://slack.com, or SLACK_CLIENT_ID of your published app, and start Tocsin again.')
    : failed('token.accepted', 'This is a token of the Slack sandbox, and Tocsin talks to Slack. It was not sent anywhere.', `${COPY_BOT_TOKEN} To try the sandbox point SLACK_BASE_URL at it.`);
}

/** Slack Host URL is no address of a workspace. */
export function badHostCheck(host: Extract<SlackHost, { ok: false }>): ConnectivityCheck {
  const remedy = host.suggestion === undefined ? 'In Slack click the name of the workspace at the top left: its address, such as acme.slack.com, stands below the name. Copy that.' : `Did you mean ${host.suggestion}?`;
  return failed('workspace.matches', host.reason, remedy);
}

/** @param baseUrl of the Slack that Tocsin talks to, which is not the host's */
export function otherSlackCheck(host: string, baseUrl: string): ConnectivityCheck {
  const other = host.endsWith('.slack-gov.com') ? 'https://slack-gov.com' : 'https://slack.com';
  return failed('workspace.matches', `${host} is a workspace of another Slack than the one that Tocsin talks to (${baseUrl}). The token was not sent anywhere.`, `Correct Slack Host URL, or set SLACK_BASE_URL=${other} and start Tocsin again.`);
}

/** A secret stands where the address should; it is not repeated. */
export function swappedFieldsCheck(): ConnectivityCheck {
  return failed('workspace.matches', 'Slack Host URL holds a token or another secret, not the address of a workspace.', 'Put the address of the workspace, such as https://acme.slack.com, into Slack Host URL and the token into Token.');
}

/** What a failure of Slack's says about a check: only a refusal is an answer, everything else leaves it open. */
export function failureCheck(id: string, what: string, failure: SlackFailure): ConnectivityCheck {
  if (failure.family === 'busy') return warning(id, `${what} could not be checked: Slack is busy.`, `Try again in ${failure.retryAfterSeconds} seconds.`);
  if (failure.family === 'refused') return failed(id, failure.message, failure.remedy);
  return warning(id, `${what} could not be checked. ${failure.message}`, failure.remedy);
}

/** Whether a scope was granted: failed where Tocsin cannot work without it, a warning where something is lost. */
export function scopeCheck(name: string, granted: Granted): ConnectivityCheck {
  const scope = SLACK_SCOPES.find((known) => known.name === name);
  const id = `scope.${name}`;
  if (!scope) return warning(id, `The app was granted ${name}, which Tocsin does not need.`, 'Nothing has to be done; whoever wants as few rights as possible removes it from the Slack app and reinstalls.');
  if (typeof granted === 'object' && granted.family === 'busy') return failureCheck(id, `Whether ${name} is granted`, granted);
  if (typeof granted !== 'boolean') return warning(id, `Whether ${name} is granted could not be found out.`, `If it is missing: ${scope.without}.`);
  if (granted) return passed(id, `${name} is granted: ${scope.purpose}.`);
  if (!scope.required) return warning(id, `${name} is not granted: ${scope.without}.`, `It is optional. ${REMEDIES.reinstall}`);
  return failed(id, `${name} is missing: ${scope.without}.`, REMEDIES.reinstall.replace('the scope', `the scope ${name}`));
}

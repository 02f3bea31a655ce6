/** VERIFY CONNECTIVITY of our own side: can people be sent to Slack's consent page and come back connected? */
import type { ConnectivityCheck, SlackFailure } from '@tocsin/domain';
import type { SlackAnswer, SlackDoor } from '@tocsin/slack';

import type { SlackClient } from '../slack-access.js';
import { failed, passed, warning } from './checks.js';

export interface OAuthSide {
  client: SlackClient | undefined;
  redirectUri: string;
  isSandbox: boolean;
  open: () => Pick<SlackDoor, 'oauthAccess'>;
}

/** Slack answers it with `invalid_code`, once it has accepted who asks. */
const MADE_UP_CODE = 'tocsin-verify-connectivity';
const ACCEPTED = passed('client.accepted', 'Slack accepts client id and client secret.');
const SETTINGS = 'Set SLACK_CLIENT_ID and SLACK_CLIENT_SECRET from Basic Information of the published Slack app and start Tocsin again.';

/** @param origin of the page that asks; undefined for a caller that is no browser */
export async function verifyOAuth(side: OAuthSide, origin?: string): Promise<{ ok: boolean; checks: ConnectivityCheck[] }> {
  const { client, redirectUri } = side;
  const checks = [
    client ? passed('client.configured', 'Client id and client secret are set.') : failed('client.configured', 'The client id or client secret of the published Slack app is not set.', SETTINGS),
    redirectCheck(redirectUri, side.isSandbox),
    ...elsewhereCheck(redirectUri, origin),
  ];
  if (client) checks.push(...clientChecks(await side.open().oauthAccess({ code: MADE_UP_CODE, clientId: client.id, clientSecret: client.secret, redirectUri })));
  return { ok: checks.every((check) => check.status === 'passed'), checks };
}

/** Slack sends nobody to plain http; the sandbox does, and a browser may come back to its own machine. */
export function redirectCheck(redirectUri: string, isSandbox: boolean): ConnectivityCheck {
  const { protocol, hostname } = new URL(redirectUri);
  const isLoopback = hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.');
  if (protocol === 'https:' || isSandbox || isLoopback) return passed('redirect.https', `People come back to ${redirectUri}.`);
  return failed('redirect.https', `Slack does not send people back to plain http: ${redirectUri}.`, 'Set PUBLIC_URL to the https address of Tocsin and add PUBLIC_URL/slack/oauth/callback to the Redirect URLs of the Slack app.');
}

/** Whoever opened us at another address comes back to one where the browser's cookie is not sent, and would not be recognised. */
export function elsewhereCheck(redirectUri: string, origin: string | undefined): ConnectivityCheck[] {
  if (origin === undefined || !URL.canParse(origin)) return [];
  const [page, back] = [new URL(origin), new URL(redirectUri)];
  if (page.hostname === back.hostname && (page.protocol === back.protocol || back.protocol !== 'https:')) return [];
  return [failed('redirect.here', `You opened Tocsin at ${page.origin}, and Slack leads people back to ${back.origin}, where this browser would not be recognised.`, `Open ${back.origin} and connect from there, or set PUBLIC_URL to the address that people open.`)];
}

function clientChecks(answer: SlackAnswer<unknown>): ConnectivityCheck[] {
  const reachable = passed('slack.reachable', 'Slack is reachable.');
  const failure = answer.ok ? undefined : answer.failure;
  if (failure?.family === 'shaken' || failure?.family === 'unsure' || failure?.family === 'bug') return [failed('slack.reachable', failure.message, failure.remedy)];
  return failure?.code === 'bad_redirect_uri' ? [reachable, ACCEPTED, unlistedCheck(failure)] : [reachable, acceptedCheck(failure)];
}

/** Who is not accepted is told so before the redirect URL is looked at. */
function unlistedCheck({ message, remedy }: SlackFailure): ConnectivityCheck {
  return failed('redirect.listed', message, remedy);
}

function acceptedCheck(failure: SlackFailure | undefined): ConnectivityCheck {
  if (failure === undefined || failure.code === 'invalid_code') return ACCEPTED;
  if (failure.family === 'busy') return warning('client.accepted', 'Whether Slack accepts the client could not be checked: Slack is busy.', `Try again in ${failure.retryAfterSeconds} seconds.`);
  return failed('client.accepted', failure.message, failure.remedy);
}

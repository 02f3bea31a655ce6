/** How the way back from Slack's consent page ended: why, and what to do next. */
import { SLACK_ERRORS } from '@tocsin/domain';

export interface ConnectResult {
  good: boolean;
  title: string;
  why: string;
  next: string;
  /** Where the next step is: beginning again, or checking our own side first. */
  step: 'none' | 'connect' | 'verify';
}

const RESULTS = {
  connected: { good: true, step: 'none', title: 'The workspace is connected', why: 'Slack has let the app in.', next: 'Send a test message, then send your first issue from Active Issues.' },
  cancelled: { good: false, step: 'connect', title: 'Cancelled in Slack', why: 'The app was not allowed on Slack’s page. Nothing has changed.', next: 'Choose CONNECT again and allow the app when you are ready.' },
  expired: { good: false, step: 'connect', title: 'The attempt has expired', why: 'An attempt is good for ten minutes, and this one took longer or is not known here. Nothing has changed.', next: 'Choose CONNECT again.' },
  used: { good: false, step: 'connect', title: 'This attempt was already used', why: 'Slack’s answer arrived a second time, as it does when its page is reloaded or opened again.', next: 'If the workspace is listed below, nothing has to be done. Otherwise choose CONNECT again.' },
  wrong_browser: { good: false, step: 'connect', title: 'The answer came to another browser', why: 'The attempt was begun in another browser or in a private window, so it was not accepted here. Nothing has changed.', next: 'Choose CONNECT again and stay in this browser until you are back here.' },
  wrong_user: { good: false, step: 'connect', title: 'Somebody else began this', why: 'You are signed in as another person, or for another organization, than the one who left for Slack. What came of it belongs to them.', next: 'Sign in as that person to go on, or choose CONNECT yourself.' },
  wrong_workspace: { good: false, step: 'connect', title: 'Another workspace than the one to re-connect', why: 'The app was allowed in a different workspace. That was taken back, and the connection is as it was.', next: 'Choose CONNECT again and pick the same workspace at the top right of Slack’s page.' },
  refused: { good: false, step: 'verify', title: 'Slack refused', why: 'Slack did not let the app in.', next: 'Choose VERIFY CONNECTIVITY below to see what is wrong, then try again.' },
  enterprise: { good: false, step: 'connect', title: 'The app was installed for a whole Enterprise organization', why: 'Tocsin connects single workspaces, so this installation is not used.', next: 'Choose CONNECT again and pick one workspace on Slack’s page.' },
} as const satisfies Record<string, ConnectResult>;

/**
 * @param slackError Slack's code, where it refused
 * @returns undefined when `result` is none of the known ends
 */
export function connectResult(result: string | null, slackError: string | null = null): ConnectResult | undefined {
  if (result === null || !Object.hasOwn(RESULTS, result)) return undefined;
  const known: ConnectResult = RESULTS[result as keyof typeof RESULTS];
  const reason = slackError === null ? undefined : meaningOf(slackError);
  return reason === undefined ? known : { ...known, ...reason };
}

/** What Slack's code means, in words where it is known. */
function meaningOf(code: string): Pick<ConnectResult, 'why'> & Partial<ConnectResult> {
  const known = Object.hasOwn(SLACK_ERRORS, code) ? SLACK_ERRORS[code] : undefined;
  return known ? { why: `${known.message} (${code})`, next: known.remedy } : { why: `Slack refused with the code ${code}.` };
}

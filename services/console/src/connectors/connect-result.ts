/** How the way back from Slack's consent page ended, and what to do next. */

export interface ConnectResult {
  good: boolean;
  title: string;
  next: string;
}

const RESULTS: Record<string, ConnectResult> = {
  connected: { good: true, title: 'The workspace is connected', next: 'Send a test message below, then send your first issue from Active Issues.' },
  cancelled: { good: false, title: 'Cancelled in Slack', next: 'Nothing has changed. Choose CONNECT again and allow the app when you are ready.' },
  expired: { good: false, title: 'The attempt has expired', next: 'It took longer than ten minutes. Choose CONNECT again.' },
  used: { good: false, title: 'This attempt was already used', next: 'If the workspace is not listed below, choose CONNECT again; do not reload Slack’s answer.' },
  wrong_browser: { good: false, title: 'The answer came to another browser', next: 'Choose CONNECT again and stay in one browser until you are back here.' },
  wrong_workspace: { good: false, title: 'Another workspace than the one to re-connect', next: 'Choose CONNECT again and pick the same workspace at the top right of Slack’s page.' },
  refused: { good: false, title: 'Slack refused', next: 'Choose VERIFY CONNECTIVITY under IDENTITY PROVIDER to see what is wrong, then try again.' },
  enterprise: { good: false, title: 'The app was installed for a whole Enterprise organization', next: 'Tocsin connects single workspaces. Choose CONNECT again and pick one workspace.' },
};

/** @returns undefined when `result` is none of the known ends */
export function connectResult(result: string | null): ConnectResult | undefined {
  return result !== null && Object.hasOwn(RESULTS, result) ? RESULTS[result] : undefined;
}

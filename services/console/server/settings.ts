/** The settings of the console's process. All that is wrong is told at once. */
import type { PeerName } from './routes.js';

export interface ConsoleSettings {
  /** Port to listen on. */
  port: number;
  /** Address to listen on; undefined = loopback, both address families. */
  host: string | undefined;
  /** What browsers and Slack call us. */
  publicUrl: string;
  /** Where the services answer. */
  peers: Record<PeerName, string>;
  /** Slack's address; plain http means the sandbox. */
  slackBaseUrl: string;
  /** Who signs bearer tokens; shown where people sign in. */
  issuer: string | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** @throws Error with one line for each setting that is wrong */
export function readSettings(environment: Environment): ConsoleSettings {
  const problems: string[] = [];
  const text = (name: string): string | undefined => environment[name]?.trim() || undefined;
  const url = (name: string, otherwise: string): string => {
    const value = text(name) ?? otherwise;
    if (!URL.canParse(value) || !/^https?:\/\//i.test(value)) problems.push(`${name}: must be an http:// or https:// address`);
    return value;
  };
  const port = Number(text('PORT') ?? 3000);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) problems.push('PORT: must be a number from 0 to 65535');
  const settings = {
    port,
    host: text('HOST'),
    publicUrl: url('PUBLIC_URL', `http://localhost:${port}`),
    peers: {
      connector: url('CONNECTOR_URL', 'http://127.0.0.1:3011'),
      issues: url('ISSUES_URL', 'http://127.0.0.1:3012'),
      workflows: url('WORKFLOWS_URL', 'http://127.0.0.1:3013'),
      notifier: url('NOTIFIER_URL', 'http://127.0.0.1:3014'),
    },
    slackBaseUrl: url('SLACK_BASE_URL', 'https://slack.com'),
    issuer: text('OIDC_ISSUER'),
  };
  if (problems.length > 0) throw new Error(`The settings are not usable:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
  return settings;
}

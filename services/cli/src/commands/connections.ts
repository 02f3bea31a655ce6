/** `tocsin verify`, `connect`, `connections`. */
import type { Connection, Problem, VerificationResult } from '@tocsin/contracts';

import { CliFailure, EXIT } from '../exit-code.js';
import { table } from '../output.js';
import { describeProblem } from '../tocsin.client.js';
import type { Command, Given } from './command.js';

export interface Credentials {
  host: string;
  /** The token, or `-` = the first line of standard input, where no process list shows it. */
  token: string;
}

const MARKS = { passed: '✓', failed: '✗', warning: '!' } as const;

export const verify: Command<Partial<Credentials> & { oauth?: true }> = async (given, options) => {
  const body = options.oauth ? { method: 'oauth' } : await credentialsOf(given, options);
  const { body: result } = await given.client.call<VerificationResult>('POST', '/v1/connections/verify', { body });
  given.output.answer(result, () => [...checkLines(result.checks), result.ok ? verdict(result) : 'Check your credentials and permissions.']);
  return result.ok ? EXIT.ok : EXIT.no;
};

export const connect: Command<Credentials> = async (given, options) => {
  const { status, body } = await given.client.call<Connection | (Problem & Pick<VerificationResult, 'checks'>)>('POST', '/v1/connections', { body: await credentialsOf(given, options), alsoGood: [422] });
  if ('checks' in body) {
    given.output.answer(body, () => [...checkLines(body.checks), 'Check your credentials and permissions.']);
    return EXIT.no;
  }
  if (!('workspace' in body)) throw new CliFailure(EXIT.refused, describeProblem(body), body);
  given.output.answer(body, () => [`${status === 201 ? 'Connected' : 'Connected again'}: ${body.workspace.name} as @${body.bot.name} (${body.id})`]);
  return EXIT.ok;
};

export const connections: Command<object> = async ({ client, output }) => {
  const page = await client.get<{ items: Connection[] }>('/v1/connections?limit=200');
  output.answer(page, () =>
    page.items.length === 0
      ? ['No workspace is connected. Connect one with: tocsin connect --host https://acme.slack.com --token -']
      : table(['ID', 'WORKSPACE', 'BOT', 'METHOD', 'HEALTH'], page.items.map(({ id, workspace, bot, method, health, paused }) => [id, workspace.name, `@${bot.name}`, method, `${health.state.replace('_', ' ')}${paused ? ' (paused)' : ''}${health.reason === undefined ? '' : `: ${health.reason}`}`])));
  return EXIT.ok;
};

async function credentialsOf({ read }: Given, { host, token }: Partial<Credentials>): Promise<{ method: 'token'; hostUrl: string; token: string }> {
  if (host === undefined || token === undefined) throw new CliFailure(EXIT.refused, 'Both --host and --token are needed, or --oauth.');
  const given = token === '-' ? ((await read('-')).toString('utf8').split('\n')[0] ?? '').trim() : token;
  return { method: 'token', hostUrl: host, token: given };
}

function checkLines(checks: VerificationResult['checks']): string[] {
  return checks.flatMap(({ status, message, remedy }) => [`${MARKS[status]} ${message}`, ...(remedy === undefined ? [] : [`    ${remedy}`])]);
}

function verdict({ workspace, bot }: VerificationResult): string {
  return workspace && bot ? `Connection successful: ${workspace.name} as @${bot.name}` : 'Ready to connect';
}

/** The connection that is meant when none is named: the only one. */
export async function onlyConnection({ client }: Given): Promise<string> {
  const { items } = await client.get<{ items: Connection[] }>('/v1/connections?limit=3');
  const [first, second] = items;
  if (!first) throw new CliFailure(EXIT.refused, 'No workspace is connected. Connect one with tocsin connect.');
  if (second) throw new CliFailure(EXIT.refused, 'Several workspaces are connected: name one with --connection. tocsin connections lists them.');
  return first.id;
}

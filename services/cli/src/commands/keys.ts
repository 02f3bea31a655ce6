/** `tocsin keys [list|create|rotate|delete]`: API keys for machines. A key itself is printed once, when it is made. */
import type { ApiKey, CreateApiKey } from '@tocsin/contracts';

import { CliFailure, EXIT, type ExitCode } from '../exit-code.js';
import { table } from '../output.js';
import type { Command, Given } from './command.js';

export const KEY_ACTIONS = ['list', 'create', 'rotate', 'delete'] as const;
type KeyAction = (typeof KEY_ACTIONS)[number];

export interface KeysOptions {
  action: KeyAction;
  ids: readonly string[];
  name?: string;
  role?: string;
  permission?: string;
  application?: string;
  days?: string;
  /** The old key works on beside the new one until it expires or is deleted. */
  keep?: true;
}

const DAY_MS = 86_400_000;
const DAYS = '90';

export const keys: Command<KeysOptions> = (given, options) => ACTIONS[options.action](given, options);

const ACTIONS: Record<KeyAction, Command<KeysOptions>> = { list, create, rotate, delete: remove };

async function list({ client, output }: Given): Promise<ExitCode> {
  const items = await allKeys(client);
  output.answer({ items }, () => (items.length === 0
    ? ['No API keys. Make one with: tocsin keys create --name ci --role ingest']
    : table(['ID', 'NAME', 'PERMISSIONS', 'APPLICATIONS', 'EXPIRES'], items.map(({ id, name, permissions, applications, expiresAt }) => [id, name, permissions.join(','), applications?.join(',') ?? 'all', expiresAt]))));
  return EXIT.ok;
}

async function create(given: Given, { name, role, permission, application, days = DAYS }: KeysOptions): Promise<ExitCode> {
  if (name === undefined || (role === undefined && permission === undefined)) throw new CliFailure(EXIT.refused, 'Give the key a name and what it may do: --name <text> and --role <list> or --permission <list>.');
  await make(given, {
    name, expiresAt: inDays(days),
    ...(role !== undefined && { roles: role.split(',') }),
    ...(permission !== undefined && { permissions: permission.split(',') as CreateApiKey['permissions'] & object }),
    ...(application !== undefined && { applications: application.split(',') }),
  });
  return EXIT.ok;
}

/** The new key is there, and printed, before the old one goes. It lives as long as the old one was made for. */
async function rotate(given: Given, { ids, days, keep }: KeysOptions): Promise<ExitCode> {
  const [id] = ids;
  if (id === undefined || ids.length > 1) throw new CliFailure(EXIT.refused, 'Name one key: tocsin keys rotate <id>. tocsin keys lists them.');
  const old = (await allKeys(given.client)).find((key) => key.id === id);
  if (!old) throw new CliFailure(EXIT.refused, `There is no API key "${id}" in your organization.`);
  const { name, permissions, applications, createdAt, expiresAt } = old;
  const until = days === undefined ? new Date(Date.now() + Date.parse(expiresAt) - Date.parse(createdAt)).toISOString() : inDays(days);
  await make(given, { name, permissions, expiresAt: until, ...(applications && { applications }) });
  if (keep) given.output.note(`The old one works until ${expiresAt}; end it with: tocsin keys delete ${id}`);
  else await given.client.call('DELETE', `/v1/api-keys/${encodeURIComponent(id)}`);
  return EXIT.ok;
}

async function remove({ client, output }: Given, { ids }: KeysOptions): Promise<ExitCode> {
  if (ids.length === 0) throw new CliFailure(EXIT.refused, 'Name the keys: tocsin keys delete <ids...>. tocsin keys lists them.');
  for (const id of ids) await client.call('DELETE', `/v1/api-keys/${encodeURIComponent(id)}`);
  output.answer({ deleted: ids }, () => [`Deleted: ${ids.length}`]);
  return EXIT.ok;
}

async function make({ client, output }: Given, body: CreateApiKey): Promise<void> {
  const { body: made } = await client.call<ApiKey>('POST', '/v1/api-keys', { body });
  output.answer(made, () => [`Made: ${made.name} (${made.id}), valid until ${made.expiresAt}`, 'The key, shown this once:', made.key ?? '']);
}

async function allKeys(client: Given['client']): Promise<ApiKey[]> {
  const items: ApiKey[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: { items: ApiKey[]; nextCursor: string | null } = await client.get(`/v1/api-keys?limit=200${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`);
    items.push(...page.items);
    cursor = page.nextCursor;
  }
  return items;
}

function inDays(days: string): string {
  if (!/^[1-9]\d{0,4}$/.test(days)) throw new CliFailure(EXIT.refused, `--days must be a whole number of days, not "${days}".`);
  return new Date(Date.now() + Number(days) * DAY_MS).toISOString();
}

/** `tocsin issues`. */
import type { Issue } from '@tocsin/domain';

import { EXIT } from '../exit-code.js';
import { table } from '../output.js';
import type { Command } from './command.js';

export interface IssueFilters {
  severity?: string;
  status?: string;
  application?: string;
  tool?: string;
  owner?: string;
  q?: string;
  limit?: string;
}

export const issues: Command<IssueFilters> = async ({ client, output }, filters) => {
  const query = new URLSearchParams(Object.entries(filters).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
  const page = await client.get<{ items: Issue[]; nextCursor: string | null }>(`/v1/issues?${query.toString()}`);
  output.answer(page, () => [
    ...(page.items.length === 0 ? ['No issues.'] : table(['ID', 'SEVERITY', 'APPLICATION', 'TITLE'], page.items.map(({ id, severity, application, title }) => [id, severity, application, title]))),
    ...(page.nextCursor === null ? [] : ['There are more: raise --limit, or narrow the filters.']),
  ]);
  return EXIT.ok;
};

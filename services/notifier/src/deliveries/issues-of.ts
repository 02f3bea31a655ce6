/** Which issues a command tells: by itself, or as a digest. */
import type { SendToSlack } from '@tocsin/contracts';
import type { Issue } from '@tocsin/domain';

type Telling = Pick<SendToSlack, 'issues' | 'digest'>;

const SHOWN_ISSUES = 100;

export function issuesOf({ issues, digest }: Telling): Issue[] {
  return [...issues, ...(digest?.sections.flatMap((section) => section.issues) ?? [])];
}

/** Each once; some of very many. */
export function issueIdsOf(command: Telling): string[] {
  return [...new Set(issuesOf(command).map(({ id }) => id))].slice(0, SHOWN_ISSUES);
}

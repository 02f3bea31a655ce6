/** The status of an issue as people read it. */
import type { IssueStatus } from '@tocsin/domain';

const STATUSES: Record<IssueStatus, string> = { open: 'Open', resolved: 'Resolved', excluded: 'Excluded' };

export function statusWord(status: IssueStatus): string {
  return STATUSES[status];
}

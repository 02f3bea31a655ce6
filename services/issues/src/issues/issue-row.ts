/** An issue as its row and as everybody else knows it. */
import type { Issue } from '@tocsin/domain';

/** What stands in `content`: all of an issue but its identity, its times and its place among the others. */
export type IssueContent = Omit<Issue, 'id' | 'revision' | 'fingerprint' | 'application' | 'tool' | 'scope' | 'firstSeen' | 'lastSeen'>;

export interface IssueRow {
  id: string;
  revision: number;
  application: string;
  tool: string;
  scope: string;
  fingerprint: string;
  content: IssueContent;
  first_seen: Date;
  last_seen: Date;
  said_at: Date;
  last_scan_id: string | null;
  by_hand: string[];
  severity: number;
  title: string;
}

export const ISSUE_COLUMNS = 'id, revision, application, tool, scope, fingerprint, content, first_seen, last_seen, said_at, last_scan_id, by_hand, severity, title';

/** The row as the API and messages show it. */
export function issueOf(row: IssueRow): Issue {
  const { tool, scope } = row;
  return {
    id: row.id,
    revision: row.revision,
    fingerprint: row.fingerprint,
    ...row.content,
    application: row.application,
    ...(tool !== '' && { tool }),
    ...(scope !== '' && { scope }),
    firstSeen: row.first_seen.toISOString(),
    lastSeen: row.last_seen.toISOString(),
  };
}

/** The part of an issue that its row keeps as `content`; fields without a value are left out. */
export function contentOf(issue: Issue): IssueContent {
  const { title, severity, category, status, rule, location, cves, cwes, cvss, epss, owners, tags, description, recommendation, dueAt, url } = issue;
  return {
    title, severity, category, status, cves, cwes, owners, tags,
    ...(rule !== undefined && { rule }),
    ...(location !== undefined && { location }),
    ...(cvss !== undefined && { cvss }),
    ...(epss !== undefined && { epss }),
    ...(description !== undefined && { description }),
    ...(recommendation !== undefined && { recommendation }),
    ...(dueAt !== undefined && { dueAt }),
    ...(url !== undefined && { url }),
  };
}

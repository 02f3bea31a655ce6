/** Writes issues many at a time. */
import type { EntityManager } from 'typeorm';

import type { Issue } from '@tocsin/domain';

import { contentOf } from '../issues/issue-row.js';
import type { Lineage, Saying } from './statement.js';

/** New issues at their first revision, in one statement. */
export async function insertIssues(tx: EntityManager, { organizationId, application, tool, scope }: Lineage, { at, scanId }: Saying, issues: readonly Issue[]): Promise<void> {
  if (issues.length === 0) return;
  const rows = issues.map((issue) => ({ id: issue.id, fingerprint: issue.fingerprint, content: contentOf(issue), first_seen: issue.firstSeen, last_seen: issue.lastSeen }));
  await tx.query(
    `insert into issues (organization_id, id, revision, application, tool, scope, fingerprint, content, first_seen, last_seen, said_at, last_scan_id)
     select $1, id, 1, $2, $3, $4, fingerprint, content, first_seen, last_seen, $5, $6
     from jsonb_to_recordset($7::jsonb) as row (id uuid, fingerprint text, content jsonb, first_seen timestamptz, last_seen timestamptz)`,
    [organizationId, application, tool, scope, at, scanId ?? null, JSON.stringify(rows)],
  );
}

/** Writes the new content and revision of issues. @param saidAt when it was said, where nothing else records it */
export async function changeIssues(tx: EntityManager, organizationId: string, issues: readonly Issue[], saidAt?: Date): Promise<void> {
  if (issues.length === 0) return;
  const rows = issues.map((issue) => ({ id: issue.id, revision: issue.revision, content: contentOf(issue) }));
  await tx.query(
    `update issues set revision = row.revision, content = row.content, said_at = greatest(said_at, coalesce($3::timestamptz, said_at))
     from jsonb_to_recordset($2::jsonb) as row (id uuid, revision int, content jsonb)
     where issues.organization_id = $1 and issues.id = row.id`,
    [organizationId, JSON.stringify(rows), saidAt ?? null],
  );
}

/** The source has these issues still, or again. */
export async function seeIssuesAgain(tx: EntityManager, organizationId: string, { at, receivedAt, scanId }: Saying, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await tx.query(
    `update issues set last_seen = greatest(last_seen, $3), said_at = $4, last_scan_id = coalesce($5, last_scan_id)
     where organization_id = $1 and id = any($2)`,
    [organizationId, ids, receivedAt, at, scanId ?? null],
  );
}

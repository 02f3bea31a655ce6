/** What the events of the intake say, in the words of statements. Pure but for the hash that is handed in. */
import type { IssueReported, IssueResolved, ProblemPlace } from '@tocsin/contracts';
import { categoryOf, fingerprintOf, type IssueLocation, type Sha256 } from '@tocsin/domain';

import type { Statement } from '../intake/statement.js';

/** Identity of a reported issue: its fingerprint, else its rule and location; undefined when it has neither. */
export function identityOf({ fingerprint, tool = '', rule, location, title }: IssueReported, sha256: Sha256): string | undefined {
  if (fingerprint !== undefined) return fingerprint;
  if (rule === undefined || location === undefined) return undefined;
  return fingerprintOf({ tool, rule, path: location.path, content: title, ordinal: location.line ?? 0 }, sha256);
}

/** Where a reported issue without an identity is incomplete. */
export function missingIdentity(pointer: string): ProblemPlace {
  return { pointer: `${pointer}/fingerprint`, code: 'required', message: 'give "fingerprint", or both "rule" and "location"' };
}

/** @param fingerprint what makes it the same issue the next time, made by the caller */
export function statementOf(reported: IssueReported, fingerprint: string): Statement {
  const { cves = [], cwes = [], owners = [], tags = [], tool = '' } = reported;
  const { rule, location, cvss, epss, description, recommendation, dueAt, url, firstSeen } = reported;
  return {
    fingerprint,
    title: reported.title,
    severity: reported.severity,
    category: reported.category ?? categoryOf({ cwes, tags, rule, tool, cves }),
    status: 'open',
    cves, cwes, owners, tags,
    ...(rule !== undefined && { rule }),
    ...(location && { location: locationOf(location) }),
    ...(cvss !== undefined && { cvss }),
    ...(epss !== undefined && { epss }),
    ...(description !== undefined && { description }),
    ...(recommendation !== undefined && { recommendation }),
    ...(dueAt !== undefined && { dueAt: new Date(dueAt).toISOString() }),
    ...(url !== undefined && { url }),
    ...(firstSeen !== undefined && { firstSeen: new Date(firstSeen).toISOString() }),
  };
}

function locationOf({ path, line, url }: IssueLocation): IssueLocation {
  return { path, ...(line !== undefined && { line }), ...(url !== undefined && { url }) };
}

/** An event that the intake understands, its data checked. */
export type IntakeEvent = { id: string; source: string; time: Date } & (
  | { type: 'issue.reported.v1'; data: IssueReported }
  | { type: 'issue.resolved.v1'; data: IssueResolved });

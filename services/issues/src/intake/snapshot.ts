/** An issue as messages carry it: its own fields with long texts cut, so that a message stays small whatever a scanner wrote. */
import type { Issue, IssueLocation } from '@tocsin/domain';

/** Bytes of JSON that one issue may have in a message. */
export const SNAPSHOT_BYTES = 8_000;
/** Bytes of JSON that all issues of a command may have together. */
export const COMMAND_BYTES = 250_000;

/** What messages allow: names of tools in reports, and links made of a repository and a path, may be longer. */
const TOOL_MAX = 200;
const LINK_MAX = 2000;
const UNTITLED = 'Untitled issue';

const LIST_LIMITS = [100, 20, 5] as const;
const TEXT_LIMITS = [4000, 2000, 1000, 400, 100, 0] as const;

/** @param bytes limit of the snapshot as JSON in UTF-8 */
export function snapshotOf(whole: Issue, bytes: number = SNAPSHOT_BYTES): Issue {
  const issue = allowed(whole);
  for (const listLimit of LIST_LIMITS) {
    for (const textLimit of TEXT_LIMITS) {
      const cut = shortened(issue, listLimit, textLimit);
      if (Buffer.byteLength(JSON.stringify(cut)) <= bytes) return cut;
    }
  }
  return bare(issue);
}

/** The issue as far as messages may carry it: one that they must not is refused by whoever hears of it. */
function allowed({ title, tool, location, ...issue }: Issue): Issue {
  return {
    ...issue,
    title: title === '' ? UNTITLED : title,
    ...(tool !== undefined && { tool: cutText(tool, TOOL_MAX) }),
    ...(location && { location: withoutLongLink(location) }),
  };
}

function withoutLongLink({ url, ...place }: IssueLocation): IssueLocation {
  return url === undefined || url.length > LINK_MAX ? place : { ...place, url };
}

/** Snapshots that fit into one command together. */
export function snapshotsOf(issues: readonly Issue[]): Issue[] {
  const each = Math.min(SNAPSHOT_BYTES, Math.floor(COMMAND_BYTES / Math.max(1, issues.length)));
  return issues.map((issue) => snapshotOf(issue, each));
}

function shortened({ description, recommendation, ...issue }: Issue, listLimit: number, textLimit: number): Issue {
  return {
    ...issue,
    cves: issue.cves.slice(0, listLimit),
    cwes: issue.cwes.slice(0, listLimit),
    owners: issue.owners.slice(0, listLimit),
    tags: issue.tags.slice(0, listLimit),
    ...(description !== undefined && textLimit > 0 && { description: cutText(description, textLimit) }),
    ...(recommendation !== undefined && textLimit > 0 && { recommendation: cutText(recommendation, textLimit) }),
  };
}

/** What no message can do without, each text short. */
function bare({ id, revision, fingerprint, title, severity, category, application, status, rule, location, firstSeen, lastSeen }: Issue): Issue {
  return {
    id, revision, fingerprint, severity, category, application, status, firstSeen, lastSeen,
    title: cutText(title, 200),
    cves: [], cwes: [], owners: [], tags: [],
    ...(rule !== undefined && { rule: cutText(rule, 100) }),
    ...(location !== undefined && { location: { path: cutText(location.path, 200), ...(location.line !== undefined && { line: location.line }) } }),
  };
}

/** At most `limit` characters, cut between code points and marked as cut. */
function cutText(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const cut = text.slice(0, limit - 1);
  return `${/[\uD800-\uDBFF]$/.test(cut) ? cut.slice(0, -1) : cut}…`;
}

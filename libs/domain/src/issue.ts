/** One security problem in one application, with an identity that survives re-scans. */

/** From least to most urgent; the order is the meaning. */
export const SEVERITIES = ['info', 'low', 'medium', 'high', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

export const ISSUE_STATUSES = ['open', 'resolved', 'excluded'] as const;
export type IssueStatus = (typeof ISSUE_STATUSES)[number];

/** `unknown` stays unknown: nothing guesses a category that the source did not give reason for. */
export const CATEGORIES = ['code', 'dependency', 'secret', 'infrastructure', 'container', 'api', 'cloud', 'license', 'malware', 'unknown'] as const;
export type Category = (typeof CATEGORIES)[number];

export interface IssueLocation {
  path: string;
  line?: number;
  /** Link to the line at the scanned commit, https only. */
  url?: string;
}

export interface Issue {
  id: string;
  /** Grows with every change; consumers ignore an older one than they have. */
  revision: number;
  fingerprint: string;
  title: string;
  severity: Severity;
  category: Category;
  application: string;
  status: IssueStatus;
  rule?: string;
  tool?: string;
  location?: IssueLocation;
  cves: string[];
  cwes: string[];
  /** CVSS base score, 0 to 10. */
  cvss?: number;
  /** EPSS probability, 0 to 1. */
  epss?: number;
  /** E-mail addresses. */
  owners: string[];
  tags: string[];
  description?: string;
  recommendation?: string;
  /** RFC 3339, as all times. */
  dueAt?: string;
  url?: string;
  firstSeen: string;
  lastSeen: string;
  scope?: string;
}

export const ISSUE_CHANGES = ['new', 'updated', 'resolved', 'reopened'] as const;
/** What an `issue.changed.v1` event tells; an issue seen again unchanged (*existing*) is only counted. */
export type IssueChange = (typeof ISSUE_CHANGES)[number];

export interface FieldChange {
  field: string;
  from: unknown;
  to: unknown;
}

/** Negative when `a` is less urgent than `b`; for sorting from least to most urgent. */
export function compareSeverity(a: Severity, b: Severity): number {
  return SEVERITIES.indexOf(a) - SEVERITIES.indexOf(b);
}

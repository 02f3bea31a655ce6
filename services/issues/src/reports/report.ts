/** A scanner's report as issues know it, whatever its format. */
import type { Category, IssueLocation, Severity } from '@tocsin/domain';

/** One problem as a report tells it. */
export interface Finding {
  fingerprint: string;
  title: string;
  severity: Severity;
  category: Category;
  rule?: string;
  location?: IssueLocation;
  cves: string[];
  cwes: string[];
  cvss?: number;
  epss?: number;
  owners: string[];
  tags: string[];
  description?: string;
  recommendation?: string;
  url?: string;
  /** Dismissed in the source = excluded. */
  status: 'open' | 'excluded';
  /** What the source says itself about the scan before. */
  baselineState?: 'new' | 'unchanged' | 'updated' | 'absent';
}

export interface ReportRun {
  tool: string;
  /** What the run speaks for beside tool and application; empty when it does not say. */
  scope: string;
  successful: boolean;
  /** False when findings were left out at a limit or could not be read: then nothing can be said of what is not there. */
  complete: boolean;
  /** RFC 3339. */
  endedAt?: string;
  findings: Finding[];
}

export interface ReportProblem {
  code: string;
  detail: string;
  line?: number;
  column?: number;
  pointer?: string;
  /** Further places, for a report that breaks its schema. */
  places?: { pointer: string; message: string }[];
}

export type ReportReading =
  | { ok: true; format: 'sarif' | 'ocsf'; runs: ReportRun[]; dropped: { reason: string; count: number }[]; odd: { pointer: string; message: string }[] }
  | { ok: false; status: 400 | 413; problem: ReportProblem };

export interface ReportOptions {
  /** Refuse what breaks the schema of SARIF, which many producers do. */
  strict: boolean;
}

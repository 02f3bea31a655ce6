/** What a source says of one issue, whichever way it came in. */
import type { Issue } from '@tocsin/domain';

export interface Statement extends Pick<Issue, 'fingerprint' | 'title' | 'severity' | 'category' | 'cves' | 'cwes' | 'owners' | 'tags'>,
  Partial<Pick<Issue, 'rule' | 'location' | 'cvss' | 'epss' | 'description' | 'recommendation' | 'dueAt' | 'url' | 'firstSeen'>> {
  status: 'open' | 'excluded';
}

/** One tool in one scope of one application: what a scan speaks for. */
export interface Lineage {
  organizationId: string;
  application: string;
  /** Empty when the source names none. */
  tool: string;
  scope: string;
}

/** When and by what something was said. */
export interface Saying {
  /** Orders statements: by the end of the scan or the time of the event, never later than the arrival. */
  at: Date;
  receivedAt: Date;
  scanId?: string;
}

/** Living messages on opened lanes: what only SQL decides, without HTTP, bus and Slack. */
import type { SendToSlack } from '@tocsin/contracts';
import type { FieldChange, Issue, IssueChange } from '@tocsin/domain';

import { commandOf } from '../src/deliveries/claim.js';
import { EditRepository } from '../src/living/edit.repository.js';
import { traced } from '../src/living/claim-telling.js';
import type { FollowChanges } from '../src/living/follow-changes.js';
import type { Heard } from '../src/living/issue-news.js';
import { traceOf, type KeptCommand } from '../src/living/told.js';
import { OpenedLanes, POSTED } from './opened-lanes.js';

export const BY_WORKFLOW = { kind: 'workflow', workflowId: 'w1', version: 1, stepId: 's1' } as const;

export interface ToldState {
  issue_id: string;
  delivery_id: string;
  ts: string | null;
  in_digest: boolean;
  outdated: boolean;
  collapsed: boolean;
  unconfirmed: boolean;
  shown_revision: number;
  wanted_revision: number;
  replied_revision: number;
  wanted: Issue | null;
}

export interface KeptDelivery {
  delivery_id: string;
  state: string;
  kind: string;
  parent_ts: string | null;
  priority: number;
  severity: string | null;
  command: KeptCommand;
  error: { code: string } | null;
  waits_ms: number;
}

export class OpenedLiving {
  readonly changes: FollowChanges;
  readonly edits: EditRepository;
  private posts = 0;

  private constructor(readonly opened: OpenedLanes) {
    this.changes = opened.changes;
    this.edits = new EditRepository(opened.source, opened.config);
  }

  static async open(): Promise<OpenedLiving> {
    return new OpenedLiving(await OpenedLanes.open());
  }

  /** Sends a command and records that it was posted. @returns its id and its ts */
  async tell(command: Partial<SendToSlack>): Promise<{ id: string; ts: string }> {
    const [id = ''] = await this.opened.accept(command);
    return { id, ts: await this.post() };
  }

  /** Posts what is due next. @returns its ts */
  async post(wasPlainText = false): Promise<string> {
    await this.opened.passTime(60);
    const claim = await this.opened.claimOne();
    if (!claim) throw new Error('nothing is due');
    this.posts += 1;
    const ts = `1700000000.${String(this.posts).padStart(6, '0')}`;
    await this.opened.finish(claim, traced({ ...POSTED, ts }, traceOf(commandOf(claim.delivery)), wasPlainText));
    return ts;
  }

  async hear(...issues: (Partial<Heard> & { issue: Issue })[]): Promise<void> {
    await this.changes.take(issues.map((heard) => ({ organizationId: 'acme', changes: [], ...heard })));
  }

  async told(): Promise<ToldState[]> {
    return this.opened.source.query('select * from told_issues order by issue_id, lane_id');
  }

  async deliveries(): Promise<KeptDelivery[]> {
    return this.opened.source.query(`select d.*, greatest(0, extract(epoch from not_before - clock_timestamp()) * 1000)::float8 as waits_ms from ledger d where not_before < 'infinity' and not_before > '-infinity'
      union all select d.*, 0 from ledger d where not_before = '-infinity' order by arrival`);
  }

  async answers(): Promise<KeptDelivery[]> {
    return (await this.deliveries()).filter(({ kind }) => kind === 'reply');
  }
}

/** The issue one revision later. */
export function changed(issue: Issue, to: Partial<Issue>, change: IssueChange = 'updated', scanId?: string): Heard {
  const changes: FieldChange[] = Object.entries(to).map(([field, value]) => ({ field, from: issue[field as keyof Issue], to: value }));
  return { organizationId: 'acme', issue: { ...issue, ...to, revision: issue.revision + 1 }, change, changes, ...(scanId !== undefined && { scanId }) };
}

/** What is sent: commands of workflows, each with one issue as a scanner tells it, 2 to 4 kB as an event. The same seed gives the same. */
import { createHash } from 'node:crypto';

import type { SendToSlack } from '@tocsin/contracts';
import type { Category, Issue, Severity } from '@tocsin/domain';

export const ORGANIZATION = 'bench';

/** A number between 0 and 1, the next of a series that `seed` decides. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** The id of the n-th channel of a workspace. */
export function channelId(connection: number, channel: number): string {
  return `C${String(connection).padStart(4, '0')}${String(channel).padStart(6, '0')}`;
}

export function connectionId(connection: number): string {
  return `bench-connection-${connection}`;
}

export function tokenOf(connection: string): string {
  return `xoxb-${connection}`;
}

export interface Where {
  /** Of the workspaces of the bench; the first unless given. */
  connection?: number;
  channel: number;
}

export class Traffic {
  private made = 0;
  private readonly random: () => number;

  constructor(private readonly seed = 1) {
    this.random = seeded(seed);
  }

  commandTo({ connection = 0, channel }: Where): SendToSlack {
    const number = (this.made += 1);
    return {
      commandId: idOf(this.seed, 'command', number),
      organizationId: ORGANIZATION,
      connectionId: connectionId(connection),
      destination: { id: channelId(connection, channel) },
      issues: [this.issue(number)],
      source: { kind: 'workflow', workflowId: 'bench-workflow', version: 1, stepId: 'tell' },
      change: 'new',
    };
  }

  private issue(number: number): Issue {
    const kind = this.oneOf(KINDS);
    const application = this.oneOf(APPLICATIONS);
    const [path, line] = [`src/main/java/com/example/${application}/${this.oneOf(FILES)}`, 1 + Math.floor(this.random() * 900)];
    const seen = new Date(Date.UTC(2026, 10, 1) + Math.floor(this.random() * 20 * 24 * 3_600_000)).toISOString();
    return {
      id: idOf(this.seed, 'issue', number), revision: 1, fingerprint: hashOf(this.seed, 'fingerprint', number),
      title: `${kind.title} in ${this.oneOf(FILES)}`, severity: this.oneOf(SEVERITIES), category: kind.category, application, status: 'open',
      rule: kind.rule, tool: kind.tool, location: { path, line, url: `https://git.example.com/${application}/blob/9f1c2ab7d0/${path}#L${line}` },
      cves: kind.category === 'dependency' ? [`CVE-2026-${1000 + Math.floor(this.random() * 9000)}`] : [], cwes: kind.cwes, cvss: Math.round(this.random() * 100) / 10, epss: Math.round(this.random() * 1000) / 1000,
      owners: [`owner-${Math.floor(this.random() * 40)}@example.com`], tags: ['security', `team-${Math.floor(this.random() * 12)}`, 'owasp-a03'],
      description: this.text(900 + this.random() * 1300), recommendation: this.text(300 + this.random() * 500),
      url: `https://scanner.example.com/${application}/alerts/${number}`, firstSeen: seen, lastSeen: seen, scope: 'main',
    };
  }

  /** Sentences until there are about so many characters. */
  private text(length: number): string {
    let text = '';
    while (text.length < length) text += `${text === '' ? '' : ' '}${this.oneOf(SENTENCES)}`;
    return this.random() < TYPOGRAPHIC ? text.replace(/"(.*?)"/g, '“$1”') : text;
  }

  private oneOf<T>(values: readonly T[]): T {
    return values[Math.floor(this.random() * values.length)] as T;
  }
}

/** An id that repeats with the seed, and like every other id here is of the time at which it was made: UUID version 7, ten a millisecond. */
function idOf(seed: number, kind: string, number: number): string {
  const hash = hashOf(seed, kind, number);
  const moment = (BEGIN_MS + Math.floor(number / 10)).toString(16).padStart(12, '0');
  return `${moment.slice(0, 8)}-${moment.slice(8)}-7${hash.slice(13, 16)}-a${hash.slice(17, 20)}-${hash.slice(20, 32)}`;
}

function hashOf(seed: number, kind: string, number: number): string {
  return createHash('sha256').update(`${seed}/${kind}/${number}`).digest('hex');
}

const BEGIN_MS = Date.UTC(2026, 10, 21);

/** Few are critical, as it is; critical ones go before others and would make a bench of priorities of every bench. */
const SEVERITIES: readonly Severity[] = ['low', 'low', 'medium', 'medium', 'medium', 'high', 'high', 'high'];

const KINDS: readonly { title: string; category: Category; rule: string; tool: string; cwes: string[] }[] = [
  { title: 'SQL query built from user input', category: 'code', rule: 'java/sql-injection', tool: 'CodeQL', cwes: ['CWE-89'] },
  { title: 'Cross-site scripting through an unescaped parameter', category: 'code', rule: 'java/xss', tool: 'CodeQL', cwes: ['CWE-79'] },
  { title: 'Vulnerable version of a logging library', category: 'dependency', rule: 'log4j-core', tool: 'Trivy', cwes: ['CWE-502', 'CWE-400'] },
  { title: 'Container runs as root', category: 'container', rule: 'DS002', tool: 'Trivy', cwes: ['CWE-250'] },
  { title: 'Bucket can be read by everybody', category: 'infrastructure', rule: 'AVD-AWS-0086', tool: 'tfsec', cwes: ['CWE-732'] },
];

const APPLICATIONS = ['payments-api', 'orders-api', 'identity', 'web-shop', 'ledger', 'notifications', 'search', 'back-office'];
const FILES = ['OrderRepository.java', 'PaymentController.java', 'SessionFilter.java', 'ReportExporter.java', 'UserProfileView.java', 'Dockerfile', 'storage.tf'];

/** How many texts have characters beyond Latin-1. More than in real reports: there it is one result of five hundred, in those of the scanner with most of them one of seven. */
const TYPOGRAPHIC = 0.05;

const SENTENCES = [
  'A value that users control reaches a query without being bound.',
  'An attacker who can choose the value can read and change data that belongs to others.',
  'The parameter `name` of the request is put into the text of the statement at this line.',
  'The path goes over three methods, of which none checks or escapes what it is given.',
  'Versions before 2.17.1 resolve names in messages and load code from there.',
  'Bind the value as a parameter instead of writing it into the statement.',
  'Escape "<", ">" & quotes where the value is written, not where it is read.',
  'See the guide for this framework, https://docs.example.com/secure-coding/injection, for how it is done.',
  'The same pattern was found in 4 other places of this application.',
  'An update to the next minor version suffices; its changelog names no breaking change.',
];

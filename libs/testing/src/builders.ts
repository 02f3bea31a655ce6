/** Complete, valid examples of the words of the domain; a test names only what it is about. */
import type { SendToSlack } from '@tocsin/contracts';
import type { Issue } from '@tocsin/domain';

import { v7 as uuid } from 'uuid';

/** An open issue of high severity. */
export function anIssue(overrides: Partial<Issue> = {}): Issue {
  const id = overrides.id ?? uuid();
  return {
    id,
    revision: 1,
    fingerprint: `fingerprint-of-${id}`,
    title: 'SQL query built from user input',
    severity: 'high',
    category: 'code',
    application: 'payments-api',
    status: 'open',
    rule: 'java/sql-injection',
    tool: 'semgrep',
    location: { path: 'src/main/java/Payments.java', line: 42 },
    cves: [],
    cwes: ['CWE-89'],
    owners: ['ada@acme.example'],
    tags: ['owasp-a03'],
    firstSeen: '2026-11-02T08:00:00.000Z',
    lastSeen: '2026-11-23T08:00:00.000Z',
    ...overrides,
  };
}

/** A command about one issue, sent by hand. */
export function aSendToSlack(overrides: Partial<SendToSlack> = {}): SendToSlack {
  return {
    commandId: uuid(),
    organizationId: 'acme',
    connectionId: uuid(),
    destination: { id: 'C0123456789' },
    issues: [anIssue()],
    source: { kind: 'manual', user: 'ada@acme.example' },
    ...overrides,
  };
}

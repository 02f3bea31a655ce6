import { readFileSync } from 'node:fs';

import { describe, expect, test } from '@jest/globals';

import { readReport } from './read-report.js';
import type { ReportReading } from './report.js';

function fixture(name: string): Buffer {
  return readFileSync(new URL(`../../fixtures/${name}`, import.meta.url));
}

function read(name: string): Extract<ReportReading, { ok: true }> {
  const reading = readReport(fixture(name), { strict: false });
  if (!reading.ok) throw new Error(reading.problem.detail);
  return reading;
}

const sarif = (run: object): Buffer => Buffer.from(JSON.stringify({ version: '2.1.0', runs: [{ tool: { driver: { name: 'Probe' } }, ...run }] }));

function findings(run: object): Extract<ReportReading, { ok: true }>['runs'][number]['findings'] {
  const reading = readReport(sarif(run), { strict: false });
  if (!reading.ok) throw new Error(reading.problem.detail);
  return reading.runs[0]?.findings ?? [];
}

const REPORTS: [string, string, string, number, object[]?][] = [
  ['semgrep-owasp-benchmark.sarif', 'sarif', 'semgrep', 400],
  ['gosec-gowaves.sarif', 'sarif', 'gosec', 400],
  ['grype-container.sarif', 'sarif', 'grype', 39],
  ['osv-scanner-yarn.sarif', 'sarif', 'osv-scanner', 97],
  ['trivy-config-tfsec-project.sarif', 'sarif', 'Trivy', 13],
  ['checkov-iac.sarif', 'sarif', 'Checkov', 7],
  ['mayhem-api-markdown-html.sarif', 'sarif', 'mAPI', 20],
  ['edge/spotbugs-message-id-arguments.sarif', 'sarif', 'SpotBugs', 56],
  ['edge/codeql-rules-in-extensions.sarif', 'sarif', 'CodeQL', 1],
  ['edge/sarif-sdk-baseline-states.sarif', 'sarif', 'WorkItemFiler testing', 5],
  ['prowler-aws.json', 'ocsf', 'Prowler', 5],
  ['prowler-kubernetes.json', 'ocsf', 'Prowler', 5, [{ reason: 'checks that passed', count: 1 }]],
];

describe('a real report', () => {
  test.each(REPORTS)('%s is read whole', (name, format, tool, count, dropped = []) => {
    const reading = read(name);
    expect(reading.format).toBe(format);
    expect(reading.runs.map((run) => run.tool)).toEqual([tool]);
    expect(reading.runs[0]?.findings).toHaveLength(count);
    expect(reading.runs[0]?.complete).toBe(true);
    expect([reading.dropped, reading.odd]).toEqual([dropped, []]);
    for (const finding of reading.runs[0]?.findings ?? []) {
      expect(finding.title).toMatch(/\S/);
      expect(finding.title).not.toMatch(/[\n\r]/);
    }
  });

  test.each(REPORTS)('%s gives each finding an identity of its own, the same at every reading', (name) => {
    const prints = read(name).runs.flatMap((run) => run.findings.map((finding) => finding.fingerprint));
    expect(new Set(prints).size).toBe(prints.length);
    expect(read(name).runs.flatMap((run) => run.findings.map((finding) => finding.fingerprint))).toEqual(prints);
  });

  test('without runs has nothing to say', () => {
    expect(read('edge/no-runs.sarif').runs).toEqual([]);
  });

  test('of a run that failed says so', () => {
    expect(read('edge/spotbugs-message-id-arguments.sarif').runs[0]?.successful).toBe(false);
  });

  test('fills the arguments into a message that stands in the rule', () => {
    const [finding] = read('edge/spotbugs-message-id-arguments.sarif').runs[0]?.findings ?? [];
    expect(finding?.description).toContain('Boot.main(String[])');
    expect(finding?.description).not.toMatch(/\{\d\}/);
  });

  test('finds the rule of a result in an extension', () => {
    const [finding] = read('edge/codeql-rules-in-extensions.sarif').runs[0]?.findings ?? [];
    expect(finding).toMatchObject({ rule: 'java/input-resource-leak', title: 'Potential input resource leak', location: { path: expect.stringMatching(/^src\/main\/java\//) } });
  });

  test('keeps what the source says of the scan before', () => {
    expect(read('edge/sarif-sdk-baseline-states.sarif').runs[0]?.findings.map((finding) => finding.baselineState)).toEqual(expect.arrayContaining(['new', 'unchanged', 'updated', 'absent']));
  });

  test('of a container’s packages is about dependencies, with CVE and score', () => {
    const found = read('grype-container.sarif').runs[0]?.findings ?? [];
    expect(found.every((finding) => finding.category === 'dependency')).toBe(true);
    expect(found.find((finding) => finding.cves.includes('CVE-2024-9410'))).toMatchObject({ severity: 'medium', cvss: expect.any(Number) });
  });
});

const FINDING_LINE = JSON.stringify({ class_uid: 2004, category_uid: 2, finding_info: { title: 'x' } });

describe('a report that is none', () => {
  test.each([
    ['data after its end', fixture('edge/trivy-broken-trailing-data.sarif').toString(), 416, 1],
    ['a value that is missing', '{"version": "2.1.0",\n "runs": }', 2, 10],
    ['an end that is missing', '{"runs": [', 1, 11],
    ['a string with a bare line break', '{"runs": "a\nb"}', 1, 12],
    ['a comma too much', '[1,\n2,]', 2, 3],
    ['nothing at all', '', 1, 1],
    ['a page', '<html>', 1, 1],
    ['lines of findings of which one is cut', `${FINDING_LINE}\n\n${FINDING_LINE}\n${FINDING_LINE.slice(0, 20)}`, 4, 21],
  ])('%s is refused with line and column', (_, text, line, column) => {
    expect(readReport(Buffer.from(text), { strict: false })).toMatchObject({ ok: false, status: 400, problem: { code: 'not_json', line, column } });
  });

  test('what is nested deeper than any report is refused without being read', () => {
    const begun = performance.now();
    expect(readReport(Buffer.alloc(50_000_000, '['), { strict: false })).toMatchObject({ ok: false, status: 400, problem: { code: 'not_json', line: 1, column: 1001, detail: expect.stringContaining('1000 levels') } });
    expect(performance.now() - begun).toBeLessThan(3000);
    const nested = (levels: number): Buffer => Buffer.from(`{"version":"2.1.0","runs":[],"x":${'[{"\\\\":'.repeat(levels / 2)}1${'}]'.repeat(levels / 2)}}`);
    expect(readReport(nested(998), { strict: false })).toMatchObject({ ok: true });
    expect(readReport(nested(1000), { strict: false })).toMatchObject({ ok: false, problem: { code: 'not_json' } });
  });

  test('a cut report is refused with its place also where a text in it has millions of characters', () => {
    const text = `{"runs": ["${'\\n a'.repeat(3_000_000)}" x]}`;
    expect(readReport(Buffer.from(text), { strict: false })).toMatchObject({ ok: false, problem: { code: 'not_json', line: 1, column: 12_000_014 } });
  });

  test.each([
    ['another version of SARIF', { version: '2.0.0', runs: [] }, 'not_sarif', '/version'],
    ['runs that are no list', { version: '2.1.0', runs: {} }, 'not_sarif', '/runs'],
    ['a tool without a name', { version: '2.1.0', runs: [{ tool: { driver: {} }, results: [] }] }, 'not_sarif', '/runs/0/tool/driver/name'],
    ['an event that is no finding', [{ class_uid: 3002, category_uid: 3 }], 'not_ocsf_finding', '/0'],
    ['JSON of another kind', { hello: 'world' }, 'unknown_format', ''],
  ])('%s is refused with its place', (_, value, code, pointer) => {
    expect(readReport(Buffer.from(JSON.stringify(value)), { strict: false })).toMatchObject({ ok: false, status: 400, problem: { code, pointer } });
  });

  test('that breaks the schema is refused only where that is asked for', () => {
    const odd = sarif({ results: [{ message: { text: 'x' }, level: 'terrible' }] });
    expect(readReport(odd, { strict: false }).ok).toBe(true);
    expect(readReport(odd, { strict: true })).toMatchObject({ ok: false, problem: { code: 'schema', pointer: '/runs/0/results/0/level' } });
  });
});

describe('a result of SARIF', () => {
  const message = { text: 'Something is wrong here. It should not be.' };

  test.each([
    ['the score of its rule', { ruleId: 'r', level: 'note' }, { id: 'r', properties: { 'security-severity': '9.8' } }, 'critical'],
    ['its own level', { ruleId: 'r', level: 'error' }, { id: 'r', defaultConfiguration: { level: 'note' } }, 'high'],
    ['the level of its rule', { ruleId: 'r' }, { id: 'r', defaultConfiguration: { level: 'note' } }, 'low'],
    ['nothing, as a warning', { ruleId: 'r' }, { id: 'r' }, 'medium'],
    ['a level that nobody knows, as a warning', { ruleId: 'r', level: 'constructor' }, { id: 'r' }, 'medium'],
  ])('has its severity from %s', (_, result, rule, severity) => {
    expect(findings({ tool: { driver: { name: 'Probe', rules: [rule] } }, results: [{ message, ...result }] })[0]?.severity).toBe(severity);
  });

  test.each([
    [[{ kind: 'inSource' }], 'excluded'],
    [[{ kind: 'external', status: 'accepted' }], 'excluded'],
    [[{ kind: 'external', status: 'underReview' }], 'open'],
    [[{ kind: 'external', status: 'accepted' }, { kind: 'external', status: 'rejected' }], 'open'],
  ])('with the suppressions %j is %s', (suppressions, status) => {
    expect(findings({ results: [{ message, suppressions }] })[0]?.status).toBe(status);
  });

  test.each(['pass', 'notApplicable', 'informational', 'review'])('of the kind %s is no problem', (kind) => {
    expect(findings({ results: [{ message, kind }] })).toEqual([]);
  });

  test.each([
    [{ uri: 'src/a%20b.ts' }, 'src/a b.ts'],
    [{ uri: 'file:///srv/repo/src/a.ts', uriBaseId: 'ROOT' }, 'src/a.ts'],
    [{ uri: 'git::https://github.com/acme/x.git/main.tf' }, 'git::https://github.com/acme/x.git/main.tf'],
    [{ uri: 'file:///srv/repo/src/a.ts' }, 'src/a.ts'],
    [{ uri: 'file:///home/ci/work/src/a.ts' }, 'src/a.ts'],
    [{ uri: 'file:///elsewhere/a.ts' }, '/elsewhere/a.ts'],
  ])('at %j is at %s', (artifactLocation, path) => {
    const run = { invocations: [{ executionSuccessful: true, workingDirectory: { uri: 'file:///home/ci/work' } }], originalUriBaseIds: { ROOT: { uri: 'file:///srv/repo/' } }, results: [{ message, locations: [{ physicalLocation: { artifactLocation, region: { startLine: 3 } } }] }] };
    expect(findings(run)[0]?.location).toEqual({ path, line: 3 });
  });

  test('tells a related place in words instead of a link', () => {
    const relatedLocations = [{ id: 1, physicalLocation: { artifactLocation: { uri: 'src/in.ts' }, region: { startLine: 9 } } }];
    expect(findings({ results: [{ message: { text: 'This depends on a [user value](1) \\[sic\\].' }, relatedLocations }] })[0]?.description).toBe('This depends on a user value (src/in.ts:9) [sic].');
  });

  test.each([
    ['in its rule', { ruleId: 'r', message: { id: 'm', arguments: ['', 'two'] } }, 'first , then two'],
    ['among what all rules share', { ruleId: 'other', message: { id: 'm', arguments: ['one', 'two'] } }, 'shared one and two'],
  ])('has its text %s', (_, result, text) => {
    const driver = { name: 'Probe', rules: [{ id: 'r', messageStrings: { m: { text: 'first {0}, then {1}' } } }], globalMessageStrings: { m: { text: 'shared {0} and {1}' } } };
    expect(findings({ tool: { driver }, results: [result] })[0]?.description).toBe(text);
  });

  test('with a text made to be slow is read at once', () => {
    const started = performance.now();
    findings({ results: ['[', '[a](', '\\[', '[\\'].map((part) => ({ message: { text: part.repeat(100_000) } })) });
    expect(performance.now() - started).toBeLessThan(2000);
  });

  test('keeps its identity when it moves to another line', () => {
    const at = (startLine: number): object => ({ results: [{ ruleId: 'r', message, locations: [{ physicalLocation: { artifactLocation: { uri: 'a.ts' }, region: { startLine, snippet: { text: 'eval(x)' } } } }] }] });
    expect(findings(at(10))[0]?.fingerprint).toBe(findings(at(99))[0]?.fingerprint);
  });
});

describe('a run of SARIF', () => {
  test.each<[string, object, boolean]>([
    ['that found nothing speaks for all', { results: [] }, true],
    ['without results did not look', {}, false],
    ['whose results are null did not look', { results: null }, false],
    ['with results that are no list cannot be understood', { results: {} }, false],
    ['with something that is no result was not read whole', { results: [{ message: { text: 'x' } }, 'y'] }, false],
  ])('%s', (_, run, complete) => {
    const reading = readReport(sarif(run), { strict: false });
    expect(reading).toMatchObject({ ok: true, runs: [{ complete }] });
    expect(reading.ok && reading.odd.length > 0).toBe(!complete);
  });
});

test('a run of more results than a run may hold keeps the most severe and says how many were dropped', () => {
  const results = Array.from({ length: 25_001 }, (_, index) => ({ ruleId: `r${index}`, level: index === 25_000 ? 'error' : 'note', message: { text: `finding ${index}` } }));
  const reading = readReport(sarif({ results }), { strict: false });
  if (!reading.ok) throw new Error(reading.problem.detail);
  expect(reading.runs[0]).toMatchObject({ complete: false });
  expect(reading.runs[0]?.findings).toHaveLength(5_000);
  expect(reading.runs[0]?.findings[0]?.rule).toBe('r25000');
  expect(reading.dropped).toEqual([{ reason: expect.stringContaining('5000 most severe'), count: 20_001 }]);
});

test('findings of OCSF are read from lines, and the pass of a check is no finding', () => {
  const events = JSON.parse(fixture('prowler-aws.json').toString()) as Record<string, unknown>[];
  const lines = [...events, { ...events[0], status_code: 'PASS' }].map((event) => JSON.stringify(event)).join('\n');
  expect(readReport(Buffer.from(lines), { strict: false })).toMatchObject({ ok: true, dropped: [{ reason: 'checks that passed', count: 1 }], runs: [{ tool: 'Prowler', endedAt: expect.any(String) }] });
});

describe('a text that was made to be slow', () => {
  test.each<[string, object]>([
    ['a long argument that is named again and again', { text: '{0}'.repeat(30_000), arguments: ['x'.repeat(30_000)] }],
    ...['[', '[a', '[](', '[a](b', '\\', '\\[', '{', '{0', '. ', '\n ', '<', '<!--', '&#', '`', '*', '(', 'http://'].map((part): [string, object] => [`${JSON.stringify(part)} a million times`, { text: `x${part.repeat(1_000_000)}!`, arguments: ['y'] }]),
  ])('is read like any other: %s', (_, message) => {
    const begun = performance.now();
    const [found] = findings({ tool: { driver: { name: 'Probe', rules: [{ id: 'r', fullDescription: message, help: { markdown: (message as { text: string }).text } }] } }, results: [{ ruleId: 'r', message, locations: [] }] });
    expect(found).toBeDefined();
    expect(performance.now() - begun).toBeLessThan(4000); // what grows with the square of its length takes minutes
  });
});

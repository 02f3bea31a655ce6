/**
 * SARIF 2.1.0, as the tools of this world write it. Limits are those of GitHub's code scanning. A run without a list of
 * results did not look (3.14.23), so it must not be taken for one that found nothing.
 */
import type { ReportReading, ReportRun } from './report.js';
import { findingOf, rankOf } from './sarif-finding.js';
import { rulesOf } from './sarif-rule.js';
import { list, object, text, time, type Json } from './values.js';

const RUNS_MAX = 20;
const RESULTS_MAX = 25_000;
const RESULTS_KEPT = 5_000;
const ODD_MAX = 50;

class Reading {
  readonly dropped = new Map<string, number>();
  readonly odd: { pointer: string; message: string }[] = [];

  drop(reason: string, count: number): void {
    if (count > 0) this.dropped.set(reason, (this.dropped.get(reason) ?? 0) + count);
  }

  note(pointer: string, message: string): void {
    if (this.odd.length < ODD_MAX) this.odd.push({ pointer, message });
  }
}

/** @returns what each run found, what was left out and how often; a refusal has the JSON pointer */
export function readSarif(log: Json): ReportReading {
  if (log.version !== '2.1.0') return refused('/version', `"version" is ${log.version === undefined ? 'missing' : JSON.stringify(log.version)}; SARIF 2.1.0 is understood`);
  if (!Array.isArray(log.runs)) return refused('/runs', '"runs" must be a list');
  const wrong = log.runs.findIndex((run: unknown) => text(object(object(object(run).tool).driver).name) === undefined);
  if (wrong >= 0) return refused(`/runs/${wrong}/tool/driver/name`, 'the tool of the run has no name');
  const reading = new Reading();
  const runs = log.runs.slice(0, RUNS_MAX).map((run: unknown, index: number) => readRun(object(run), index, reading));
  reading.drop(`runs beyond the first ${RUNS_MAX}`, log.runs.length - runs.length);
  return { ok: true, format: 'sarif', runs, dropped: [...reading.dropped].map(([reason, count]) => ({ reason, count })), odd: reading.odd };
}

function readRun(run: Json, index: number, reading: Reading): ReportRun {
  const driver = object(object(run.tool).driver);
  const context = { tool: text(driver.name) ?? '', run, rules: rulesOf(object(run.tool)), seen: new Map<string, number>() };
  const results = list(run.results);
  const kept = keptOf(results, context.rules, reading);
  let complete = Array.isArray(run.results) && kept.length === results.length;
  if (!Array.isArray(run.results)) reading.note(`/runs/${index}/results`, 'is no list, so the run does not say what it found');
  const findings = kept.flatMap(({ result, position }) => {
    if (Object.keys(result).length === 0) {
      reading.note(`/runs/${index}/results/${position}`, 'is not a result');
      complete = false;
      return [];
    }
    const finding = findingOf(result, context);
    if (!finding) reading.drop('results that are no problem (kind is not "fail")', 1);
    return finding ? [finding] : [];
  });
  const ended = endOf(run);
  return { tool: context.tool, scope: scopeOf(run), successful: wasSuccessful(run), complete, ...(ended !== undefined && { endedAt: ended }), findings };
}

function keptOf(results: readonly unknown[], rules: ReturnType<typeof rulesOf>, reading: Reading): { result: Json; position: number }[] {
  const all = results.map((result, position) => ({ result: object(result), position }));
  if (all.length <= RESULTS_MAX) return all;
  reading.drop(`results beyond the ${RESULTS_KEPT} most severe, for a run may hold ${RESULTS_MAX}`, all.length - RESULTS_KEPT);
  return all.sort((a, b) => rankOf(a.result, rules) - rankOf(b.result, rules) || a.position - b.position).slice(0, RESULTS_KEPT);
}

/** `automationDetails.id` up to its last slash names the category, what follows the one run (3.17.3). */
function scopeOf(run: Json): string {
  const id = text(object(run.automationDetails).id) ?? '';
  return (id.includes('/') ? id.slice(0, id.lastIndexOf('/')) : id).slice(0, 500);
}

function wasSuccessful(run: Json): boolean {
  return list(run.invocations).every((invocation) => object(invocation).executionSuccessful !== false);
}

function endOf(run: Json): string | undefined {
  return list(run.invocations).map((invocation) => time(object(invocation).endTimeUtc)).filter((end) => end !== undefined).sort().at(-1);
}

function refused(pointer: string, detail: string): ReportReading {
  return { ok: false, status: 400, problem: { code: 'not_sarif', detail: `The report is no SARIF 2.1.0: ${detail}.`, pointer } };
}

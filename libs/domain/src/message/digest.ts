/** Several issues as one message: how many, the worst of them by name, and one link to the rest. */
import { compareSeverity, SEVERITIES, type Issue } from '../issue.js';
import { LIMITS, plainText, section, text, type Block, type RichTextElement, type RichTextPart, type RichTextSection } from './block-kit.js';
import { titleText } from './issue-card.js';
import { issueLink, safeUrl } from './link.js';
import type { DigestInput } from './message-input.js';
import { lookOf, SEVERITY_LOOKS } from './severity-look.js';
import { cleanLine, cut } from './text.js';

/** Issues named at most in one digest, and in one of its sections. */
const NAMED_MAX = 25;
const NAMED_IN_SECTION = 10;
const TITLE_MAX = 140;
const APPLICATION_MAX = 60;
const SECTIONS_MAX = 10;
const OTHER_COUNTS_MAX = 6;
const COUNT_NAME_MAX = 40;

/** The digest of issues that a person picked: worst first. */
export function bulkDigest(issues: readonly Issue[], consoleUrl: string): DigestInput {
  const worstFirst = [...issues].sort((a, b) => compareSeverity(b.severity, a.severity));
  return {
    kind: 'bulk',
    title: `${issues.length} issues`,
    totals: Object.fromEntries([...SEVERITIES].reverse().map((severity) => [severity, issues.filter((issue) => issue.severity === severity).length])),
    sections: [{ name: '', total: issues.length, issues: worstFirst }],
    link: `${consoleUrl.replace(/\/+$/, '')}/issues`,
  };
}

/** @param room how many characters of JSON the blocks may take: fewer issues are named where all would not fit, the rest counted */
export function digestBlocks(digest: DigestInput, consoleUrl: string, room: number): Block[] {
  const sections = digest.sections.slice(0, SECTIONS_MAX);
  for (let named = sections.length === 1 ? NAMED_MAX : NAMED_IN_SECTION; named > 0; named -= 1) {
    if (sections.reduce((sum, { issues }) => sum + Math.min(named, issues.length), 0) > NAMED_MAX) continue;
    const blocks = blocksNaming(named, digest, consoleUrl);
    if (JSON.stringify(blocks).length <= room) return blocks;
  }
  return blocksNaming(0, digest, consoleUrl);
}

function blocksNaming(named: number, { title, totals, sections, link }: DigestInput, consoleUrl: string): Block[] {
  const blocks: Block[] = [{ type: 'header', block_id: 'title', text: plainText(cut(cleanLine(title) || 'Digest', LIMITS.header)) }];
  const counts = countsOf(totals);
  if (counts.length > 0) blocks.push({ type: 'rich_text', block_id: 'totals', elements: [section(...counts)] });
  sections.slice(0, SECTIONS_MAX).forEach((given, index) => {
    blocks.push({ type: 'rich_text', block_id: `section-${index + 1}`, elements: sectionParts(given, named, consoleUrl) });
  });
  const untold = sections.slice(SECTIONS_MAX).reduce((sum, { total, issues }) => sum + Math.max(total, issues.length), 0);
  if (untold > 0) blocks.push({ type: 'rich_text', block_id: 'other-sections', elements: [section(text(`and ${grouped(untold)} in other groups`))] });
  const url = safeUrl(link);
  if (url !== undefined) blocks.push({ type: 'rich_text', block_id: 'rest', elements: [section({ type: 'link', url, text: 'All of them in Tocsin' })] });
  return blocks;
}

/** The digest in one line. */
export function digestText({ title, totals }: DigestInput): string {
  const counts = [...countedSeverities(totals), ...otherCounts(totals)].map(([name, count]) => `${grouped(count)} ${name}`);
  return `${cleanLine(title) || 'Digest'}${counts.length > 0 ? `: ${counts.join(', ')}` : ''}`;
}

/** A count as people read it: `10,000`. */
export function grouped(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, ',');
}

function countsOf(totals: Readonly<Record<string, number>>): RichTextElement[] {
  const severities = countedSeverities(totals).flatMap(([severity, count]) => [{ type: 'emoji', name: SEVERITY_LOOKS[severity].emoji } as const, text(` ${grouped(count)} ${severity}   `)]);
  const others = otherCounts(totals).map(([name, count]) => `${grouped(count)} ${name}`).join(' · ');
  return others === '' ? severities : [...severities, text(others)];
}

/** Counts of something else than a severity, such as new or resolved. */
function otherCounts(totals: Readonly<Record<string, number>>): [string, number][] {
  return Object.entries(totals)
    .filter(([name, count]) => count > 0 && !(SEVERITIES as readonly string[]).includes(name))
    .map(([name, count]): [string, number] => [cut(cleanLine(name), COUNT_NAME_MAX), count])
    .filter(([name]) => name !== '')
    .slice(0, OTHER_COUNTS_MAX);
}

function countedSeverities(totals: Readonly<Record<string, number>>): [(typeof SEVERITIES)[number], number][] {
  return [...SEVERITIES].reverse().map((severity): [(typeof SEVERITIES)[number], number] => [severity, totals[severity] ?? 0]).filter(([, count]) => count > 0);
}

function sectionParts({ name, total, issues }: DigestInput['sections'][number], most: number, consoleUrl: string): RichTextPart[] {
  const title = cut(cleanLine(name), LIMITS.header);
  const named = issues.slice(0, most);
  const rest = Math.max(total, issues.length) - named.length;
  const parts: RichTextPart[] = [];
  if (title !== '') parts.push(section(text(`${title} (${grouped(total)})`, { bold: true })));
  if (named.length > 0) parts.push({ type: 'rich_text_list', style: 'bullet', elements: named.map((issue) => issueLine(issue, consoleUrl)) });
  if (rest > 0 && (named.length > 0 || title === '')) parts.push(section(text(`and ${grouped(rest)} more`)));
  return parts.length > 0 ? parts : [section(text('none'))];
}

function issueLine(issue: Issue, consoleUrl: string): RichTextSection {
  const look = lookOf(issue);
  const application = cut(cleanLine(issue.application), APPLICATION_MAX);
  return section({ type: 'emoji', name: look.emoji }, text(` ${look.word} – `), { type: 'link', url: issueLink(consoleUrl, issue.id), text: titleText(issue, TITLE_MAX) }, ...(application === '' ? [] : [text(` – ${application}`)]));
}

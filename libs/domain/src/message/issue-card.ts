/** One issue as a card: severity, title with its link, what it is, at most six facts, where to read on, where it comes from. */
import type { Category, Issue } from '../issue.js';
import { section, text, plainText, type Attachment, type Block, type RichTextElement, type RichTextPart, type RichTextSection } from './block-kit.js';
import { hostOf, issueLink, safeUrl } from './link.js';
import { lookOf, SEVERITY_LOOKS } from './severity-look.js';
import { cleanLine, cleanText, cut, escapeMrkdwn } from './text.js';

const TITLE_MAX = 300;
const SUMMARY_MAX = 500;
const FACT_MAX = 300;
const FACTS_MAX = 6;
const FOOTER_MAX = 500;
const FALLBACK_MAX = 500;
const HOST_MAX = 100;

export const CATEGORY_WORDS: Record<Category, string> = {
  code: 'Code security',
  dependency: 'Open source dependency',
  secret: 'Secret exposure',
  infrastructure: 'Infrastructure as code',
  container: 'Container',
  api: 'API security',
  cloud: 'Cloud configuration',
  license: 'License',
  malware: 'Malware',
  unknown: '',
};

/** @param consoleUrl address of the console, for the issue’s own page */
export function issueCard(issue: Issue, consoleUrl: string): Attachment {
  const look = lookOf(issue);
  const parts: RichTextPart[] = [titleOf(issue, consoleUrl)];
  const summary = summaryOf(issue);
  const blocks: Block[] = [{ type: 'rich_text', block_id: 'title', elements: parts }];
  if (summary !== '') blocks.push({ type: 'rich_text', block_id: 'summary', elements: [section(text(summary))] });
  const facts = factsOf(issue).slice(0, FACTS_MAX);
  if (facts.length > 0) blocks.push({ type: 'rich_text', block_id: 'facts', elements: [{ type: 'rich_text_list', style: 'bullet', elements: facts }] });
  blocks.push({ type: 'rich_text', block_id: 'links', elements: [linksOf(issue, consoleUrl)] });
  const footer = footerOf(issue);
  if (footer !== '') blocks.push({ type: 'context', block_id: 'footer', elements: [plainText(footer)] });
  return { color: look.color, fallback: escapeMrkdwn(`${look.word}: ${titleText(issue)} (${cleanLine(issue.application)})`, FALLBACK_MAX), blocks };
}

/** The title as shown; an issue always has one. */
export function titleText(issue: Issue, max: number = TITLE_MAX): string {
  return cut(cleanLine(issue.title) || 'Untitled issue', max);
}

function titleOf(issue: Issue, consoleUrl: string): RichTextSection {
  const look = lookOf(issue);
  const severity = issue.status === 'open' ? [] : [text(` (was ${SEVERITY_LOOKS[issue.severity].word})`)];
  return section({ type: 'emoji', name: look.emoji }, text(` ${look.word}`, { bold: true }), ...severity, text('  '), { type: 'link', url: issueLink(consoleUrl, issue.id), text: titleText(issue), style: { bold: true } });
}

/** A secret's description may hold the secret. */
function summaryOf({ category, description, title }: Issue): string {
  if (category === 'secret' || description === undefined) return '';
  const summary = cut(cleanText(description), SUMMARY_MAX);
  return summary === cleanText(title) ? '' : summary;
}

function factsOf(issue: Issue): RichTextSection[] {
  const category = [CATEGORY_WORDS[issue.category], ...issue.cves.slice(0, 3), ...issue.cwes.slice(0, 2)].map(cleanLine).filter((part) => part !== '').join(' · ');
  return [
    fact('Application', issue.application),
    fact('Owner', issue.owners.slice(0, 5).join(', ')),
    fact('Category', category),
    locationFact(issue),
    dateFact('First seen', issue.firstSeen, '{date_short_pretty} {time}'),
    dateFact('Fix due', issue.dueAt, '{date_short_pretty}'),
  ].filter((line) => line !== undefined);
}

function fact(name: string, value: string): RichTextSection | undefined {
  const shown = cut(cleanLine(value), FACT_MAX);
  return shown === '' ? undefined : section(text(`${name}: `, { bold: true }), text(shown));
}

function locationFact({ location }: Issue): RichTextSection | undefined {
  if (!location) return undefined;
  const place = cut(cleanLine(location.line === undefined ? location.path : `${location.path}:${location.line}`), FACT_MAX);
  if (place === '') return undefined;
  const url = safeUrl(location.url);
  const shown: RichTextElement = url === undefined ? text(place, { code: true }) : { type: 'link', url, text: place, style: { code: true } };
  return section(text('Location: ', { bold: true }), shown);
}

function dateFact(name: string, time: string | undefined, format: string): RichTextSection | undefined {
  const date = dateElement(time, format);
  return date && section(text(`${name}: `, { bold: true }), date);
}

/** A time as each reader's own clock shows it. @returns undefined for what is no time */
export function dateElement(time: string | undefined, format: string): RichTextElement | undefined {
  const milliseconds = time === undefined ? Number.NaN : Date.parse(time);
  if (!Number.isFinite(milliseconds) || milliseconds < 0) return undefined;
  const fallback = `${new Date(milliseconds).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  return { type: 'date', timestamp: Math.floor(milliseconds / 1000), format, fallback };
}

/** The issue's own address names its host, so that nobody is led somewhere unseen. */
function linksOf(issue: Issue, consoleUrl: string): RichTextSection {
  const home: RichTextElement = { type: 'link', url: issueLink(consoleUrl, issue.id), text: 'Open in Tocsin' };
  const url = safeUrl(issue.url);
  const host = cleanLine(hostOf(url ?? ''));
  if (url === undefined || host === '' || host.length > HOST_MAX) return section(home);
  return section(home, text('  ·  '), { type: 'link', url, text: `More at ${host}` });
}

function footerOf(issue: Issue): string {
  return cut([issue.tool, issue.rule].map((part) => cleanLine(part ?? '')).filter((part) => part !== '').join('  ·  '), FOOTER_MAX);
}

/**
 * The message that people read in Slack, as Block Kit. First what a person said, then what is known. Everything from outside
 * goes into rich text or plain text, where nothing is markup: no mention, link or formatting comes out of an issue or a
 * comment. Mentions are a choice of their own (`options.mention`). The same input gives the same bytes.
 */
import type { Issue } from '../issue.js';
import { compareSeverity, SEVERITIES, type Severity } from '../issue.js';
import { LIMITS, plainText, section, text, type Block, type RichTextElement, type RichTextSection } from './block-kit.js';
import { bulkDigest, digestBlocks, digestText } from './digest.js';
import { dateElement, issueCard, titleText } from './issue-card.js';
import { issueLink, safeUrl } from './link.js';
import type { DigestInput, MessageInput, MessageWarning, RenderedMessage } from './message-input.js';
import { asPlainText, isCut } from './plain-text.js';
import { lookOf } from './severity-look.js';
import { cleanLine, cleanText, cut, escapeMrkdwn } from './text.js';
import { replyBlocks, replyText, type ReplyInput } from './thread-reply.js';
import { whatChanged } from './what-changed.js';

const SENDER_MAX = 150;
const COMMENT_MAX = 2000;
const COMMENT_IN_TEXT = 150;
/** `&amp;` for `&`. */
const LONGEST_ENTITY = 5;
const MENTIONS_MAX = 50;
const FOLLOWS = {
  replaced: 'This takes the place of an earlier message, which cannot be changed any more.',
  unconfirmed: 'An earlier message about this may be here already: Slack did not confirm it.',
  partly: 'Some of this was told here before, each by itself.',
} as const;
const AS_OF = 'Sent again, as it was before.';
const REPEATED = 'This may repeat an earlier message: Slack did not confirm it.';

/** Characters of JSON for the blocks of a digest in plain text: fewer issues are named until what counts the others and leads to them fits as well. */
const PLAIN_ROOMS = [LIMITS.allBlocks, 7000, 4500, 2500, 0];

/** @returns a message within Slack’s limits */
export function renderMessage(input: MessageInput): RenderedMessage {
  return render(input, LIMITS.allBlocks);
}

function render(input: MessageInput, room: number): RenderedMessage {
  const digest = digestOf(input);
  const [issue] = input.issues;
  const said = saidBlocks(input);
  const reply = replyOf(input);
  if (reply) return { text: textOf(input, digest), blocks: [...said, ...replyBlocks(reply)], attachments: [], warnings: warningsOf(input) };
  const card = digest === undefined && issue !== undefined ? [issueCard(issue, input.consoleUrl)] : [];
  const changed = whatChanged(input.change, input.changes ?? []);
  if (changed.length > 0) said.push({ type: 'rich_text', block_id: 'changed', elements: changed });
  const body = digest ? digestBlocks(digest, input.consoleUrl, room - JSON.stringify(said).length) : issue === undefined ? testBlocks(input.consoleUrl) : [];
  return { text: textOf(input, digest), blocks: [...said, ...body], attachments: card, warnings: warningsOf(input) };
}

/** The same message without blocks, for when Slack refuses them. */
export function renderPlainText(input: MessageInput): { text: string } {
  let text = '';
  for (const room of digestOf(input) ? PLAIN_ROOMS : [LIMITS.allBlocks]) {
    text = asPlainText(render(input, room), LIMITS.messageText);
    if (!isCut(text)) break;
  }
  return { text };
}

function digestOf({ digest, issues, consoleUrl }: MessageInput): DigestInput | undefined {
  return digest ?? (issues.length > 1 ? bulkDigest(issues, consoleUrl) : undefined);
}

/** An answer in a thread about one issue; about several it is a digest like any other. */
function replyOf({ isReply, issues, digest, change, changes, consoleUrl }: MessageInput): ReplyInput | undefined {
  const [issue] = issues;
  if (isReply !== true || digest !== undefined || issue === undefined || issues.length > 1) return undefined;
  return { issue, change: change === undefined || change === 'new' ? 'updated' : change, changes: changes ?? [], consoleUrl };
}

/** What comes before the facts: mentions, who sent it, the comment. */
function saidBlocks(input: MessageInput): Block[] {
  const mentions = mentionsOf(input);
  const sender = cut(cleanLine(input.sender ?? ''), SENDER_MAX);
  const comment = cut(cleanText(input.comment ?? ''), COMMENT_MAX);
  const blocks: Block[] = [];
  if (input.repeated === true) blocks.push({ type: 'context', block_id: 'repeated', elements: [plainText(REPEATED)] });
  const late = dateElement(input.lateSince, '{date_short_pretty} {time}');
  if (late) blocks.push({ type: 'rich_text', block_id: 'late', elements: [section(text('From ', { italic: true }), late, text(': it could not be sent before.', { italic: true }))] });
  const asOf = dateElement(input.asOf, '{date_short_pretty} {time}');
  if (asOf) blocks.push({ type: 'rich_text', block_id: 'as-of', elements: [section(text('Sent again, as it was on ', { italic: true }), asOf, text('.', { italic: true }))] });
  if (input.follows) blocks.push({ type: 'rich_text', block_id: 'follows', elements: [followsSection(input.follows)] });
  if (mentions.length > 0) blocks.push({ type: 'rich_text', block_id: 'mentions', elements: [section(...mentions)] });
  if (sender !== '') blocks.push({ type: 'context', block_id: 'sender', elements: [plainText(`Sent by ${sender}`)] });
  if (comment !== '') blocks.push({ type: 'rich_text', block_id: 'comment', elements: [{ type: 'rich_text_quote', elements: [text(comment)] }] });
  return blocks;
}

function followsSection({ reason, link }: NonNullable<MessageInput['follows']>): RichTextSection {
  const url = safeUrl(link);
  return section(text(FOLLOWS[reason], { italic: true }), ...(url === undefined ? [] : [text(' '), { type: 'link', url, text: 'The earlier one' } as const]));
}

function mentionsOf({ options, issues, digest, ownerIds = [] }: MessageInput): RichTextElement[] {
  const mention = options?.mention;
  if (!mention || !reaches(issues, digest, mention.fromSeverity)) return [];
  const people = [...(mention.owner === true ? ownerIds : []), ...(mention.people ?? [])].filter((id) => /^[UW][A-Z0-9]{6,20}$/.test(id));
  const groups = (mention.groups ?? []).filter((id) => /^S[A-Z0-9]{6,20}$/.test(id));
  const named: RichTextElement[] = [...[...new Set(people)].map((id) => ({ type: 'user', user_id: id }) as const), ...[...new Set(groups)].map((id) => ({ type: 'usergroup', usergroup_id: id }) as const)];
  return named.slice(0, MENTIONS_MAX).flatMap((element, index) => (index === 0 ? [element] : [text(' '), element]));
}

/** Whether one of the issues is bad enough, be it named or only counted. */
function reaches(issues: readonly Issue[], digest: DigestInput | undefined, fromSeverity: string | undefined): boolean {
  if (fromSeverity === undefined || !(SEVERITIES as readonly string[]).includes(fromSeverity)) return true;
  const counted = SEVERITIES.filter((severity) => (digest?.totals[severity] ?? 0) > 0);
  return [...issues.map(({ severity }) => severity), ...counted].some((severity) => compareSeverity(severity, fromSeverity as Severity) >= 0);
}

function testBlocks(consoleUrl: string): Block[] {
  return [
    { type: 'rich_text', block_id: 'test', elements: [section({ type: 'emoji', name: 'white_check_mark' }, text(' Test message', { bold: true }), text(' – the connection to this place works. No action is needed.'))] },
    { type: 'rich_text', block_id: 'origin', elements: [section(text('Sent from '), { type: 'link', url: `${consoleUrl.replace(/\/+$/, '')}/connectors/slack`, text: 'Connectors › Dev Alerts › Slack' })] },
  ];
}

/** Severity, title, application, comment, link: what a notification and a screen reader tell. */
function textOf(input: MessageInput, digest: DigestInput | undefined): string {
  const [issue] = input.issues;
  const said = [cleanLine(input.sender ?? ''), cut(cleanLine(input.comment ?? ''), COMMENT_IN_TEXT)].filter((part) => part !== '').join(': ');
  const reply = replyOf(input);
  const what = reply ? replyText(reply) : digest ? digestText(digest) : issue ? issueText(issue) : 'Test message: the connection to this place works. No action is needed.';
  const address = digest ? safeUrl(digest.link) : issue && issueLink(input.consoleUrl, issue.id);
  const link = address === undefined ? '' : ` ${escapeMrkdwn(address, address.length * LONGEST_ENTITY)}`;
  const line = [what, said, input.follows ? FOLLOWS[input.follows.reason] : '', input.repeated === true ? REPEATED : '', input.asOf === undefined ? '' : AS_OF].filter((part) => part !== '').join(' – ');
  if (link.length > LIMITS.messageText / 2) return escapeMrkdwn(line, LIMITS.messageText);
  return escapeMrkdwn(line, LIMITS.messageText - link.length) + link;
}

function issueText(issue: Issue): string {
  return `${lookOf(issue).word}: ${titleText(issue)} (${cleanLine(issue.application)})`;
}

function warningsOf({ issues, options, ownerIds }: MessageInput): MessageWarning[] {
  const warnings: MessageWarning[] = [];
  if (issues.some((issue) => issue.category === 'secret' && issue.description !== undefined)) warnings.push({ code: 'secret_hidden', message: 'The description of a secret stays in Tocsin, since it may hold the secret.' });
  if (options?.mention?.owner === true && (ownerIds ?? []).length === 0) warnings.push({ code: 'owner_not_mentioned', message: 'No owner is known in this workspace, so nobody is mentioned as owner.' });
  return warnings;
}

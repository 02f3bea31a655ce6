/** What the picker says in sentences: to whoever listens, under the list, and when there is nothing to show. */
import type { Connection } from '@tocsin/contracts';
import { cleanLine, SLACK_DESTINATION_ID } from '@tocsin/domain';

import type { WorkspaceAnswer } from '../api/destinations.js';
import { ago } from '../time/age.js';
import type { DestinationGroup } from './match.js';

/** For example `3 channels and 1 person found.`, and what whoever hears it could not see. */
export function announcement(groups: readonly DestinationGroup[], answers: readonly WorkspaceAnswer[]): string {
  const counts = groups.map(({ label, items: { length } }) => (label === 'Channels' ? `${length} channel${length === 1 ? '' : 's'}` : `${length} ${length === 1 ? 'person' : 'people'}`));
  const partial = answers.some(({ copy }) => copy?.complete === false);
  return `${counts.length === 0 ? 'Nothing' : counts.join(' and ')} found.${partial ? ' The list is not complete yet.' : ''}`;
}

/** What was searched for in vain, and what can be done about it. */
export interface Nothing {
  what: string;
  next: string;
  /** An invitation may bring it. */
  mayBePrivate: boolean;
}

const E_MAIL = /^[^\s@]+@[^\s@]+$/;

/** @param q what was typed; empty when the list itself is */
export function nothingFound(q: string, workspaces: readonly string[]): Nothing {
  const typed = q.trim();
  const places = listed(workspaces);
  if (typed === '') return { what: `No channel and nobody of ${places} is known yet.`, next: 'Type a name, an e-mail address, an id or a link of Slack.', mayBePrivate: true };
  const shown = `“${shortened(cleanLine(typed))}”`;
  if (E_MAIL.test(typed)) {
    return { what: `Nobody in ${places} is found by the e-mail address ${shown}.`, next: 'Check its spelling. Who is deactivated at Slack is not offered, and neither are bots.', mayBePrivate: false };
  }
  if (SLACK_DESTINATION_ID.test(typed) || /^https?:/i.test(typed)) {
    return { what: `Nothing that the app can see in ${places} has the id or link ${shown}.`, next: 'Check that it is of this workspace.', mayBePrivate: true };
  }
  return { what: `Nothing in ${places} matches ${shown}.`, next: 'Searched were the names of channels, and names, display names and e-mail addresses of people.', mayBePrivate: true };
}

/** What a workspace's part of the list cannot say itself. */
export interface Note {
  tone: 'quiet' | 'warn';
  text: string;
}

/** Of one workspace: that it could not be searched, that its copy is partial and why, else how old it is. */
export function copyNote({ connection: { workspace }, copy, problem, more }: WorkspaceAnswer, now: Date): Note | undefined {
  const name = cleanLine(workspace.name);
  if (problem !== undefined) return { tone: 'warn', text: `${name} cannot be searched: ${problem}` };
  if (!copy) return undefined;
  if (!copy.complete) return { tone: 'warn', text: `The list of ${name} is not complete yet. ${sentence(copy.reason)}An exact id or e-mail address is looked up at Slack.` };
  const since = copy.syncedAt === undefined ? '' : `, as of ${ago(new Date(copy.syncedAt), now)}`;
  return { tone: copy.reason === undefined ? 'quiet' : 'warn', text: `${name}${since}. ${sentence(copy.reason)}${more ? 'The closest are shown: type more to see others.' : ''}`.trim() };
}

/** What becomes of messages to a workspace that cannot be reached now. */
export function connectionNote({ workspace, health, paused }: Pick<Connection, 'workspace' | 'health' | 'paused'>): Note | undefined {
  const name = cleanLine(workspace.name);
  if (health.state === 'revoked') return { tone: 'warn', text: `${name} is not connected any more: Slack refuses its credentials. What you send waits until it is connected again.` };
  if (paused) return { tone: 'warn', text: `Sending to ${name} is paused. What you send waits until it is resumed.` };
  if (health.state === 'needs_attention') return { tone: 'warn', text: `${name} needs attention: ${health.reason ?? 'see Connectors'}` };
  return undefined;
}

/** With its full stop and room for the next one. */
function sentence(text: string | undefined): string {
  if (text === undefined || text.trim() === '') return '';
  const clean = cleanLine(text);
  const first = clean.charAt(0).toUpperCase() + clean.slice(1);
  return `${first}${/[.!?…]$/.test(first) ? '' : '.'} `;
}

function listed(names: readonly string[]): string {
  const clean = names.map(cleanLine);
  if (clean.length <= 3) return clean.length < 2 ? (clean[0] ?? 'Slack') : `${clean.slice(0, -1).join(', ')} and ${clean.at(-1) ?? ''}`;
  return `${clean.length} workspaces`;
}

function shortened(text: string): string {
  const letters = Array.from(text);
  return letters.length > 80 ? `${letters.slice(0, 79).join('')}…` : text;
}

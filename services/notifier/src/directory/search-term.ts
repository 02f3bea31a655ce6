/** What was typed into the picker: a name, an e-mail address, an id, or something pasted that holds an id. */
import { kindOfDestinationId } from '@tocsin/domain';

import { sought, storable } from './sought.js';

export type Kind = 'channel' | 'user';

export interface SearchTerm {
  /** In the form of {@link sought}; '' = everything. */
  text: string;
  /** Slack's id of a channel or a person (`D…` too: the direct messages with one). */
  id?: string;
  /** In lower case. */
  email?: string;
  /** What `#` or `@` in front say is looked for. */
  kind?: Kind;
}

/** The workspace's own links, and those of Slack in a browser: `/client/<workspace>/<channel>`. */
const SLACK_LINK = /^https:\/\/[a-z0-9.-]+\/(?:archives|team|app_redirect|client\/[TE][A-Z0-9]+)\/([CGDUW][A-Z0-9]{6,20})/i;
/** `<#C123|general>` and `<@U123>`, as Slack writes them into texts. */
const SLACK_MENTION = /^<[#@]([CGDUW][A-Z0-9]{6,20})(?:\|[^>]*)?>$/;
const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

/** @returns what to look for; an id or e-mail address beside the text when it could be one */
export function searchTerm(typed: string): SearchTerm {
  const whole = storable(typed).trim();
  const pasted = (SLACK_LINK.exec(whole) ?? SLACK_MENTION.exec(whole))?.[1];
  if (pasted !== undefined) return { text: '', id: pasted.toUpperCase() };
  const mark = whole.startsWith('#') ? 'channel' : whole.startsWith('@') ? 'user' : undefined;
  const bare = mark === undefined ? whole : whole.slice(1);
  return {
    text: sought(bare),
    ...(isId(bare) && { id: bare.toUpperCase() }),
    ...(EMAIL.test(bare) && { email: bare.toLowerCase() }),
    ...(mark !== undefined && { kind: mark }),
  };
}

/** Words such as `general` have the form of an id too, so one in small letters must have a digit. */
function isId(term: string): boolean {
  return kindOfDestinationId(term.toUpperCase()) !== undefined && (term === term.toUpperCase() || /\d/.test(term));
}

/** What somebody pasted into *Token*, told by its form alone, so that a wrong one is refused before it is sent anywhere. */

export type TokenKind = 'bot' | 'rotating-bot' | 'user' | 'app-level' | 'refresh' | 'workflow' | 'legacy' | 'session' | 'webhook' | 'client-secret' | 'client-id' | 'api-key' | 'empty' | 'blanks' | 'unknown';

const FORMS: readonly (readonly [RegExp, TokenKind])[] = [
  [/^$/, 'empty'],
  [/^https?:\/\/hooks\.slack(-gov)?\.com\//i, 'webhook'],
  // With what nobody sees: zero width, soft hyphen, marks of direction.
  [/[\s\p{Cf}\p{Cc}]/u, 'blanks'],
  [/^xoxb-[A-Za-z0-9-]+$/, 'bot'],
  [/^xoxe\.xoxb-[!-~]+$/, 'rotating-bot'],
  [/^(xoxe\.)?xoxp-/, 'user'],
  [/^xapp-/, 'app-level'],
  [/^xoxe-/, 'refresh'],
  [/^xwfp-/, 'workflow'],
  [/^xox[ar]-/, 'legacy'],
  [/^xox[cds]-/, 'session'],
  [/^tocsin_/, 'api-key'],
  [/^[0-9a-f]{32}$/, 'client-secret'],
  [/^\d+\.\d+$/, 'client-id'],
];

/** @param text as pasted; blanks around it do not count */
export function tokenKind(text: string): TokenKind {
  const token = text.trim();
  return FORMS.find(([form]) => form.test(token))?.[1] ?? 'unknown';
}

/** Whether `text` is a secret of Slack's or ours, and so must not be repeated in an answer. */
export function looksLikeToken(text: string): boolean {
  return /xox[a-z][-.]|xapp-|xwfp-|tocsin_|hooks\.slack/i.test(text) || tokenKind(text) === 'client-secret';
}

/**
 * Which issues may be told in channels that many can read: an organization's rule, and its default. A private channel and a
 * direct message are for their members and pass.
 */
import type { DeliveryError } from './delivery.js';
import { CATEGORIES, SEVERITIES, type Category, type Issue, type Severity } from './issue.js';

/** What may pass; an issue passes when both its severity and its category are named. */
export interface Passage {
  severities: readonly Severity[];
  categories: readonly Category[];
}

export interface LeakGuardRule {
  /** Channels that everybody in the workspace can read. */
  public: Passage;
  /** Channels shared with another company. */
  shared: Passage;
}

/** `secret` and unknown never to a shared channel, `secret` never to a public one. */
export const DEFAULT_LEAK_GUARD: LeakGuardRule = {
  public: { severities: SEVERITIES, categories: CATEGORIES.filter((category) => category !== 'secret') },
  shared: { severities: SEVERITIES, categories: CATEGORIES.filter((category) => category !== 'secret' && category !== 'unknown') },
};

export interface Readership {
  isPrivate: boolean;
  isShared: boolean;
}

type Guarded = Pick<Issue, 'severity' | 'category'>;

/** @returns why the issues may not be told there; undefined when they may */
export function guardLeaks(rule: LeakGuardRule, issues: readonly Guarded[], { isPrivate, isShared }: Readership): DeliveryError | undefined {
  const kept = issues.find((issue) => (isShared && !passes(rule.shared, issue)) || (!isPrivate && !passes(rule.public, issue)));
  if (!kept) return undefined;
  const place = isShared && !passes(rule.shared, kept) ? 'a channel that is shared with another company' : 'a public channel';
  return {
    code: 'leak_guard',
    message: `The leak guard keeps issues of category ${kept.category} and severity ${kept.severity} out of ${place}.`,
    remedy: 'Send it to a private channel or to a person, or have an administrator change the leak guard.',
  };
}

/** Whether the answer depends on who can read the channel; if not, nobody needs to look. */
export function needsReadership(rule: LeakGuardRule, issues: readonly Guarded[]): boolean {
  return issues.some((issue) => !passes(rule.shared, issue) || !passes(rule.public, issue));
}

function passes({ severities, categories }: Passage, { severity, category }: Guarded): boolean {
  return severities.includes(severity) && categories.includes(category);
}

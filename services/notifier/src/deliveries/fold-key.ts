/**
 * Which waiting messages may share a digest: those of workflows about one issue each that say the same beside it. What a
 * person sent, tests, digests, answers in threads and what is sent again are told by themselves.
 */
import { hash } from 'node:crypto';

import type { SendToSlack } from '@tocsin/contracts';

/** @returns undefined for what is never folded */
export function foldKeyOf({ source, issues, digest, comment, options }: SendToSlack): string | undefined {
  if (source.kind !== 'workflow' || issues.length !== 1 || digest !== undefined) return undefined;
  return hash('md5', JSON.stringify([comment ?? '', options?.mention ?? null]));
}

/**
 * Which waiting messages may share a digest: those of workflows about one issue each that say the same beside it. What a
 * person sent, tests, digests, answers in threads and what is sent again are told by themselves.
 */
import { createHash } from 'node:crypto';

import type { SendToSlack } from '@tocsin/contracts';

/** By what is said beside the issue. Most messages say nothing, and the same few texts come again and again. */
const keys = new Map<string, string>();
const REMEMBERED_MAX = 1000;

/** @returns undefined for what is never folded */
export function foldKeyOf({ source, issues, digest, comment, options }: SendToSlack): string | undefined {
  if (source.kind !== 'workflow' || issues.length !== 1 || digest !== undefined) return undefined;
  const said = JSON.stringify([comment ?? '', options?.mention ?? null]);
  return keys.get(said) ?? remember(said, createHash('md5').update(said).digest('hex'));
}

function remember(said: string, key: string): string {
  if (keys.size >= REMEMBERED_MAX) keys.clear();
  keys.set(said, key);
  return key;
}

/** The identity of an issue when its source gives none: a hash of what stays the same while lines move. */

/** Lower-case hexadecimal SHA-256 of a text in UTF-8. */
export type Sha256 = (text: string) => string;

export interface FingerprintParts {
  tool: string;
  rule: string;
  path: string;
  /** The code or the message that was found there. */
  content: string;
  /** Tells equal findings in one place apart, in their order: 0, 1, 2 … */
  ordinal: number;
}

/** White space is folded in `content`, so that a reformatted file keeps its issues. */
export function fingerprintOf({ tool, rule, path, content, ordinal }: FingerprintParts, sha256: Sha256): string {
  return sha256([tool, rule, path, content.replace(/\s+/g, ' ').trim(), String(ordinal)].join('\u0000'));
}

/**
 * Owner rules by path, in the form of CODEOWNERS: the last rule that matches a path decides. Matching goes segment by
 * segment without regular expressions, so no pattern can make it slow.
 */
import type { OwnerRule } from '@tocsin/contracts';

/** Owners of a path; undefined when no rule matches it. */
export function ownersOfPath(rules: readonly OwnerRule[], path: string): readonly string[] | undefined {
  return rules.findLast(({ pattern }) => matchesPath(pattern, path))?.owners;
}

/**
 * Whether a CODEOWNERS pattern covers a path: `*` within a segment, `**` over segments, a leading slash (or one within)
 * ties it to the root, and a pattern that names a folder covers all that is in it.
 */
export function matchesPath(pattern: string, path: string): boolean {
  const trimmed = pattern.trim();
  const inner = trimmed.replace(/^\//, '').replace(/\/$/, '');
  if (inner === '') return false;
  const rooted = trimmed.startsWith('/') || inner.includes('/');
  const wanted = rooted ? inner.split('/') : ['**', ...inner.split('/')];
  const onlyDirectly = wanted.at(-1) === '*' && wanted.length > 2 - Number(rooted);
  const segments = path.replace(/^\.?\//, '').split('/');
  const folderOnly = trimmed.endsWith('/');
  return matchesPrefix(wanted, segments, onlyDirectly ? 'whole' : folderOnly ? 'inside' : 'any');
}

type Extent = 'whole' | 'inside' | 'any';

/** Which numbers of leading segments the pattern can cover, then whether one of them fits the extent. */
function matchesPrefix(wanted: readonly string[], segments: readonly string[], extent: Extent): boolean {
  let covered = new Set([0]);
  for (const part of wanted) {
    const next = new Set<number>();
    for (const count of covered) {
      if (part === '**') for (let more = count; more <= segments.length; more += 1) next.add(more);
      else if (count < segments.length && matchesSegment(part, segments[count] ?? '')) next.add(count + 1);
    }
    covered = next;
  }
  const fits = { whole: (count: number) => count === segments.length, inside: (count: number) => count < segments.length, any: () => true }[extent];
  return [...covered].some(fits);
}

/** `*` and `?` within one segment; two pointers and one place to go back to, so at most length × length steps. */
function matchesSegment(pattern: string, text: string): boolean {
  let [p, t, star, resume] = [0, 0, -1, 0];
  while (t < text.length) {
    if (pattern[p] === '*') {
      star = p;
      resume = t;
      p += 1;
    } else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === text[t])) {
      p += 1;
      t += 1;
    } else if (star >= 0) {
      resume += 1;
      t = resume;
      p = star + 1;
    } else return false;
  }
  return /^\**$/.test(pattern.slice(p));
}

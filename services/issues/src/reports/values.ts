/** Reads loosely typed JSON: what is not of the expected type is as good as missing. */

export type Json = Record<string, unknown>;

/** The object; an empty one for anything else. */
export function object(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

/** The list; an empty one for anything else. */
export function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The text; undefined for a blank one and anything else. */
export function text(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}

/** The texts of a list that are not blank. */
export function texts(value: unknown): string[] {
  return list(value).filter((item): item is string => typeof item === 'string' && item.trim() !== '');
}

/** A number, also when it is written as a text. */
export function number(value: unknown): number | undefined {
  const parsed = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof parsed === 'number' && Number.isFinite(parsed) ? parsed : undefined;
}

/** RFC 3339 in UTC; undefined for what is no time. */
export function time(value: unknown): string | undefined {
  const date = typeof value === 'string' && value !== '' ? new Date(value) : undefined;
  return date && !Number.isNaN(date.getTime()) ? date.toISOString() : undefined;
}

/** Cut to what the contracts allow. */
export function atMost(max: number, value: string | undefined): string | undefined {
  if (value === undefined || value.length <= max) return value;
  return `${value.slice(0, max - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

/** CVE and CWE numbers that stand anywhere in the texts, in their usual spelling, each once. */
export function identifiers(kind: 'CVE' | 'CWE', sources: readonly (string | undefined)[]): string[] {
  const pattern = kind === 'CVE' ? /\bCVE-\d{4}-\d{4,}\b/gi : /\bCWE[-_ ]?0*(\d{1,5})\b/gi;
  const found = sources.flatMap((source) => [...(source ?? '').matchAll(pattern)].map(([whole, digits]) => (kind === 'CVE' ? whole.toUpperCase() : `CWE-${digits ?? ''}`)));
  return [...new Set(found)].slice(0, 100);
}

/** Text from outside that PostgreSQL cannot hold: NUL and half surrogate pairs. */

/** The same value without them, at every depth; half a pair becomes U+FFFD. */
export function storable<T>(value: T): T {
  if (typeof value === 'string') return value.replaceAll('\0', '').replaceAll(/\p{Surrogate}/gu, '\uFFFD') as T;
  if (Array.isArray(value)) return value.map(storable) as T;
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [storable(key), storable<unknown>(item)])) as T;
}

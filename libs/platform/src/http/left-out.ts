/** `null` for a field that may be left out means that it is left out: many programs write what they do not have that way. */
import { nullClears } from '@tocsin/contracts';

/** Takes the fields that are null out of a checked value, at every depth, but those that null clears, and gives the value back. */
export function withoutNulls<T extends object>(value: T): T {
  if (Array.isArray(value)) {
    for (const item of value as unknown[]) if (isObject(item)) withoutNulls(item);
    return value;
  }
  const fields = value as Record<string, unknown>;
  for (const name in fields) {
    const field = fields[name];
    if (isObject(field)) withoutNulls(field);
    else if (field === null && !nullClears(value, name)) Reflect.deleteProperty(fields, name);
  }
  return value;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** `null` for a field that may be left out means that it is left out: many programs write what they do not have that way. */

/** Takes the fields that are null out of a checked value, at every depth, and gives the value back. */
export function withoutNulls<T extends object>(value: T): T {
  const fields = value as Record<string, unknown>;
  for (const [name, field] of Object.entries(fields)) {
    if (field === null && !Array.isArray(value)) Reflect.deleteProperty(fields, name);
    else if (typeof field === 'object' && field !== null) withoutNulls(field);
  }
  return value;
}

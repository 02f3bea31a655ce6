/**
 * The small grammar that Block Kit is described in: a check looks at a value and reports what is wrong with it, by JSON pointer,
 * in the wording of Slack's own messages.
 */

export interface Problem {
  pointer: string;
  message: string;
}

export type Check = (value: unknown, pointer: string, report: (problem: Problem) => void) => void;
export type Fields = Readonly<Record<string, Check>>;

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export const flag: Check = (value, pointer, report) => {
  if (typeof value !== 'boolean') report({ pointer, message: 'must be a boolean' });
};

export const number: Check = (value, pointer, report) => {
  if (typeof value !== 'number') report({ pointer, message: 'must be a number' });
};

export const anything: Check = () => {};

/** A string of `min` to `max` UTF-16 units. */
export function string(max: number, min = 1): Check {
  return (value, pointer, report) => {
    if (typeof value !== 'string') report({ pointer, message: 'must be a string' });
    else if (value.length > max) report({ pointer, message: `must be less than ${max + 1} characters` });
    else if (value.length < min) report({ pointer, message: `must be more than ${min - 1} characters` });
  };
}

/** A text out of a closed list. */
export function oneOf(...allowed: string[]): Check {
  return (value, pointer, report) => {
    if (typeof value !== 'string' || !allowed.includes(value)) report({ pointer, message: `must be one of: ${allowed.join(', ')}` });
  };
}

export const url: Check = (value, pointer, report) => {
  string(3000)(value, pointer, report);
  if (typeof value === 'string' && value !== '' && !/^[a-z][a-z0-9+.-]*:/i.test(value)) report({ pointer, message: 'must be a valid url' });
};

/** @param max as many items as Slack takes */
export function list(of: Check, max: number, min = 1): Check {
  return (value, pointer, report) => {
    if (!Array.isArray(value)) {
      report({ pointer, message: 'must be an array' });
      return;
    }
    if (value.length > max) report({ pointer, message: `no more than ${max} items allowed` });
    if (value.length < min) report({ pointer, message: `must have at least ${min} items` });
    value.forEach((item, index) => { of(item, `${pointer}/${index}`, report); });
  };
}

/** An object with these fields and no others; `type` is always allowed, it is what chose this check. */
export function object(required: Fields, optional: Fields = {}): Check {
  return (value, pointer, report) => {
    if (!isRecord(value)) {
      report({ pointer, message: 'must be an object' });
      return;
    }
    for (const name of Object.keys(required)) {
      if (value[name] === undefined) report({ pointer, message: `missing required field: ${name}` });
    }
    for (const [name, field] of Object.entries(value)) {
      const check = required[name] ?? optional[name];
      if (check) check(field, `${pointer}/${name}`, report);
      else if (name !== 'type') report({ pointer, message: `invalid additional property: ${name}` });
    }
  };
}

/** An object whose `type` says which check it must pass. */
export function byType(checks: Readonly<Record<string, Check>>): Check {
  return (value, pointer, report) => {
    if (!isRecord(value)) {
      report({ pointer, message: 'must be an object' });
      return;
    }
    if (typeof value.type !== 'string') {
      report({ pointer, message: 'missing required field: type' });
      return;
    }
    const check = checks[value.type];
    if (check) check(value, pointer, report);
    else report({ pointer: `${pointer}/type`, message: `unsupported type: ${value.type}` });
  };
}

/** Both checks on the same value. */
export function both(first: Check, second: Check): Check {
  return (value, pointer, report) => {
    first(value, pointer, report);
    second(value, pointer, report);
  };
}

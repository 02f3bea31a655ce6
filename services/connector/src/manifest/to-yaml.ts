/** Writes plain data as YAML in block style: objects, lists, texts, numbers and booleans, as far as a manifest has them. */

type Scalar = string | number | boolean;
type Plain = Scalar | Plain[] | { [key: string]: Plain };

/** @param value JSON data without nulls and without empty lists or objects */
export function toYaml(value: object): string {
  return `${lines(value as Plain).join('\n')}\n`;
}

function lines(value: Plain): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => nested('-', item));
  if (typeof value === 'object') return Object.entries(value).flatMap(([key, item]) => nested(`${key}:`, item));
  return [scalar(value)];
}

function nested(head: string, value: Plain): string[] {
  return typeof value === 'object' ? [head, ...lines(value).map((line) => `  ${line}`)] : [`${head} ${scalar(value)}`];
}

/** Texts stand bare only where no reader can take them for something else. */
function scalar(value: Scalar): string {
  if (typeof value !== 'string') return String(value);
  const isPlain = /^[A-Za-z][A-Za-z0-9 _.:/-]*$/.test(value) && !/: |[: ]$|^(true|false|yes|no|on|off|null|y|n)$/i.test(value);
  return isPlain ? value : JSON.stringify(value);
}

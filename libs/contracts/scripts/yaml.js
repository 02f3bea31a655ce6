/** Writes plain data as YAML. Texts that YAML could take for something else are quoted as in JSON, which YAML understands. */

const PLAIN = /^[A-Za-z/$][\w/$ .,'()-]*$/;
const NOT_TEXT = /^(true|false|null|yes|no|on|off|y|n)$/i;

/** @param {unknown} value objects, arrays, texts, numbers, booleans and null */
export function toYaml(value) {
  return `${lines(value).join('\n')}\n`;
}

function lines(value) {
  if (Array.isArray(value)) return value.flatMap((item) => nested('-', item));
  return Object.entries(value).filter(([, item]) => item !== undefined).flatMap(([key, item]) => {
    if (!isFilled(item)) return [`${text(key)}: ${scalar(item)}`];
    return [`${text(key)}:`, ...lines(item).map((line) => `  ${line}`)];
  });
}

function nested(mark, item) {
  if (!isFilled(item)) return [`${mark} ${scalar(item)}`];
  const [first, ...rest] = lines(item);
  return [`${mark} ${first}`, ...rest.map((line) => `  ${line}`)];
}

function isFilled(value) {
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0;
}

function scalar(value) {
  return typeof value === 'string' ? text(value) : JSON.stringify(value);
}

function text(value) {
  return PLAIN.test(value) && !NOT_TEXT.test(value) && !value.endsWith(' ') ? value : JSON.stringify(value);
}

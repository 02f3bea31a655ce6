/** The texts of a SARIF result: its message with arguments filled in, links inside it as places, markdown as plain text. */
import { list, number, object, text, type Json } from './values.js';

/** The message as text; undefined when the result has none. @param shared the tool's `globalMessageStrings` */
export function messageOf(result: Json, rule: Json, shared: Json): string | undefined {
  const message = object(result.message);
  const direct = text(message.text);
  const found = direct ?? templateOf(message, rule, shared) ?? text(message.markdown);
  const values = list(message.arguments).map((value) => (typeof value === 'string' ? value : ''));
  return found === undefined ? undefined : withoutLinks(withArguments(found, values), result);
}

/** 3.11.7: in the rule, else among what all rules share. */
function templateOf(message: Json, rule: Json, shared: Json): string | undefined {
  const id = text(message.id);
  return id === undefined ? undefined : (text(object(object(rule.messageStrings)[id]).text) ?? text(object(shared[id]).text));
}

/** As much as is kept of any text: a small report must not become a huge one by naming a long argument again and again. */
const FILLED_MAX = 20_000;

/** `{0}` and on are the arguments, `{{` and `}}` braces (3.11.5). Arguments for which there is no room are not filled in. */
function withArguments(template: string, values: readonly string[]): string {
  if (values.length === 0) return template;
  let room = FILLED_MAX;
  return template.replace(/\{\{|\}\}|\{(\d+)\}/g, (whole, index: string | undefined) => {
    if (index === undefined) return whole.slice(1);
    const value = values[Number(index)];
    if (value === undefined || value.length > room) return whole;
    room -= value.length;
    return value;
  });
}

/** Brackets inside the text are escaped (3.11.6), so that a row of them is not searched again and again. */
const LINK = /(?<!\\)\[((?:\\.|[^[\]\\]){0,1000})\]\(([^()\s]{0,3000})\)/g;

/** `[text](1)` names a related location, `[text](https://…)` a page (3.11.6). */
function withoutLinks(message: string, result: Json): string {
  return message
    .replace(LINK, (_, label: string, target: string) => {
      const place = /^\d+$/.test(target) ? relatedPlace(result, Number(target)) : target;
      return place === undefined || place === '' ? label : `${label} (${place})`;
    })
    .replace(/\\([[\]\\])/g, '$1');
}

function relatedPlace(result: Json, id: number): string | undefined {
  const related = list(result.relatedLocations).map(object).find((location) => number(location.id) === id);
  const physical = object(related?.physicalLocation);
  const uri = text(object(physical.artifactLocation).uri);
  const line = number(object(physical.region).startLine);
  return uri === undefined ? undefined : `${uri}${line === undefined ? '' : `:${line}`}`;
}

/** Some tools give their whole message as the short description. */
const LONG_TITLE = 120;

/** A short name for what is wrong: the rule's, else the first sentence of the message, else the rule's id. */
export function titleOf(rule: Json, ruleId: string | undefined, message: string | undefined): string {
  const named = text(object(rule.shortDescription).text) ?? nameIn(rule, ruleId) ?? (message === undefined ? undefined : firstSentence(message)) ?? ruleId ?? 'Unnamed finding';
  const title = named.replace(/\s+/g, ' ').trim();
  return title.length > LONG_TITLE ? firstSentence(title) : title;
}

/** Some tools repeat the id, or a class name, as the name: neither says anything. */
function nameIn(rule: Json, ruleId: string | undefined): string | undefined {
  const name = text(rule.name);
  return name !== undefined && name !== ruleId && name.includes(' ') ? name : undefined;
}

function firstSentence(message: string): string {
  const [line = message] = message.trim().split('\n');
  return /^.{10,200}?[.!?](?=\s|$)/.exec(line)?.[0].replace(/\.$/, '') ?? line;
}

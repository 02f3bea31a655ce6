/** Validators for what class-validator has none for: shapes that are unions, parts, times. Checked here for shape, in domain for meaning. */
import { Type } from 'class-transformer';
import { Matches, registerDecorator, ValidateNested, type ValidationOptions } from 'class-validator';

import { SLACK_DESTINATION_ID } from '@tocsin/domain';

type Verdict = string | undefined;

function shape(name: string, judge: (value: unknown) => Verdict) {
  return (options?: ValidationOptions): PropertyDecorator =>
    (target, propertyName) => {
      registerDecorator({
        name,
        target: target.constructor,
        propertyName: propertyName as string,
        ...(options && { options }),
        validator: {
          validate: (value: unknown) => judge(value) === undefined,
          defaultMessage: (args) => `${args?.property ?? name} ${judge(args?.value) ?? ''}`.trim(),
        },
      });
    };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function onlyKeys(value: Record<string, unknown>, allowed: readonly string[]): Verdict {
  const extra = Object.keys(value).find((key) => !allowed.includes(key));
  return extra === undefined ? undefined : `has an unknown field "${extra}"`;
}

function text(value: unknown, max: number): value is string {
  return typeof value === 'string' && value.trim().length > 0 && value.length <= max;
}

function judgeDestination(value: unknown): Verdict {
  if (!isRecord(value)) return 'must be {"id"}, {"name"} or {"email"}';
  const keys = Object.keys(value);
  if (keys.length !== 1) return 'must have exactly one of "id", "name" and "email"';
  if ('id' in value) {
    return typeof value.id === 'string' && SLACK_DESTINATION_ID.test(value.id) ? undefined : 'has an "id" that is no Slack channel or person id (C…, G…, D… or U…)';
  }
  if ('name' in value) return text(value.name, 81) ? undefined : 'has a "name" that is no channel name (1 to 80 characters)';
  if ('email' in value) return text(value.email, 254) && value.email.includes('@') ? undefined : 'has an "email" that is no e-mail address';
  return `has an unknown field "${keys[0] ?? ''}"`;
}

function judgeSource(value: unknown): Verdict {
  if (!isRecord(value)) return 'must be an object with "kind"';
  switch (value.kind) {
    case 'manual':
    case 'test':
      return text(value.user, 320) ? onlyKeys(value, ['kind', 'user']) : 'needs "user"';
    case 'workflow':
      return text(value.workflowId, 128) && Number.isInteger(value.version) && text(value.stepId, 128)
        ? onlyKeys(value, ['kind', 'workflowId', 'version', 'stepId'])
        : 'needs "workflowId", "version" and "stepId"';
    case 'digest':
      return Number.isInteger(value.of) ? onlyKeys(value, ['kind', 'workflowId', 'of']) : 'needs "of"';
    default:
      return 'has a "kind" that is none of manual, workflow, digest, test';
  }
}

function judgeTotals(value: unknown): Verdict {
  if (!isRecord(value)) return 'must be an object of counts by name';
  const odd = Object.entries(value).find(([, count]) => !Number.isInteger(count) || Number(count) < 0);
  return odd && `has a "${odd[0]}" that is no count (0, 1, 2 …)`;
}

/** RFC 3339, and of days and offsets only those that PostgreSQL knows as well. */
const TIME = /^(\d{4})-(\d\d)-(\d\d)(T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,30})?(Z|[+-](0\d|1[0-5]):[0-5]\d))?$/i;

function judgeTime(value: unknown): Verdict {
  const [, year, month, day] = (typeof value === 'string' && TIME.exec(value)) || [];
  return isDay(Number(year), Number(month), Number(day)) && isWithinYears(String(value)) ? undefined : 'must be a time by RFC 3339, for example 2026-01-31T09:30:00Z';
}

/** Whether the calendar has it: there is no 30 February, and no year 0. */
export function isDay(year: number, month: number, day: number): boolean {
  const date = new Date(Date.UTC(year, month - 1, day));
  return year > 0 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

/** Whether a time is of the years 1 to 9999 also in UTC: beyond, JavaScript writes what PostgreSQL does not read. */
export function isWithinYears(time: string): boolean {
  const year = new Date(time.toUpperCase()).getUTCFullYear();
  return year >= 1 && year <= 9999;
}

/** What {@link IsDestination} asks of a value. */
export function isDestination(value: unknown): boolean {
  return judgeDestination(value) === undefined;
}

/** What {@link IsDeliverySource} asks of a value. */
export function isDeliverySource(value: unknown): boolean {
  return judgeSource(value) === undefined;
}

/** What {@link IsTotals} asks of a value. */
export function isTotals(value: unknown): boolean {
  return judgeTotals(value) === undefined;
}

/** What {@link IsTime} asks of a value. */
export function isTime(value: unknown): boolean {
  return judgeTime(value) === undefined;
}

/** `{id}`, `{name}` or `{email}`: exactly one of them. */
export const IsDestination = shape('isDestination', judgeDestination);

/** Who caused a delivery. */
export const IsDeliverySource = shape('isDeliverySource', judgeSource);

/** Counts by name: of a severity, or of anything else that is counted. */
export const IsTotals = shape('isTotals', judgeTotals);

/** A text in which more stands than white space. */
export function IsNotBlank(): PropertyDecorator {
  return Matches(/\S/, { message: '$property must not be blank' });
}

/** A time or a day by RFC 3339. */
export const IsTime = shape('isTime', judgeTime);

const IsOneObject = shape('isPart', (value) => (isRecord(value) ? undefined : 'must be an object'));

/** One object that has to keep its own contract. (ValidateNested alone takes a list for its items, and so a list where one is wanted.) */
export function IsPart(type: () => new () => object): PropertyDecorator {
  return (target, propertyName) => {
    IsOneObject()(target, propertyName);
    ValidateNested()(target, propertyName);
    Type(type)(target, propertyName);
  };
}

/** The items of a list: each an object that has to keep its own contract. */
export function IsParts(type: () => new () => object): PropertyDecorator {
  return (target, propertyName) => {
    IsOneObject({ each: true, message: 'each value in $property must be an object' })(target, propertyName);
    ValidateNested({ each: true })(target, propertyName);
    Type(type)(target, propertyName);
  };
}

const clearable = new WeakMap<object, Set<PropertyKey>>();

/** In a body, null takes away what there is, where of other fields it means that they were left out. */
export function NullClears(): PropertyDecorator {
  return (target, propertyName) => {
    clearable.set(target, (clearable.get(target) ?? new Set()).add(propertyName));
  };
}

/** Whether the class of `instance`, or one that it extends, says {@link NullClears} of the field. */
export function nullClears(instance: object, name: string): boolean {
  for (let shape = Object.getPrototypeOf(instance) as object | null; shape !== null; shape = Object.getPrototypeOf(shape) as object | null) {
    if (clearable.get(shape)?.has(name) === true) return true;
  }
  return false;
}

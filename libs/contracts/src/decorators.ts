/** Validators for the shapes that are unions: checked here for shape, in domain for meaning. */
import { registerDecorator, type ValidationOptions } from 'class-validator';

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

/** `{id}`, `{name}` or `{email}`: exactly one of them. */
export const IsDestination = shape('isDestination', judgeDestination);

/** Who caused a delivery. */
export const IsDeliverySource = shape('isDeliverySource', judgeSource);

/** Counts by name: of a severity, or of anything else that is counted. */
export const IsTotals = shape('isTotals', judgeTotals);

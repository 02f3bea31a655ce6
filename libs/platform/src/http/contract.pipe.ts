/**
 * Checks bodies and queries against their contract classes. An unknown field is an error: a misspelt option must not be
 * ignored silently. Errors name the place: a JSON pointer in a body, the parameter in a query.
 */
import type { ArgumentMetadata, PipeTransform } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { validate, type ValidationError } from 'class-validator';

import type { ProblemPlace } from '@tocsin/contracts';

import { withoutNulls } from './left-out.js';
import { badRequest, ProblemException } from './problem.exception.js';
import { tooMany } from './quantity.js';

/** More help nobody, and would make the answer larger than the question. */
const PLACES_MAX = 100;
const PRIMITIVES: unknown[] = [String, Boolean, Number, Array, Object, Buffer];

export class ContractPipe implements PipeTransform {
  async transform(value: unknown, { type, metatype }: ArgumentMetadata): Promise<unknown> {
    if ((type !== 'body' && type !== 'query') || !metatype || PRIMITIVES.includes(metatype)) return value;
    if (type === 'body' && value === undefined) throw notJson(); // where no body came, an empty object stands for it
    if (type === 'body' && (typeof value !== 'object' || value === null || Array.isArray(value))) {
      throw badRequest('The body must be a JSON object.', [{ pointer: '', code: 'wrong_type', message: 'must be a JSON object sent as application/json' }]);
    }
    const unwieldy = type === 'query' ? tooMany(value) : undefined; // a body is measured where it is read, by BodyGuard; a query is never deep
    if (unwieldy) throw badRequest(`The query ${unwieldy.message}.`, [unwieldy]);
    const instance = plainToInstance(metatype as new () => object, value ?? {});
    const errors = await validate(instance, { whitelist: true, forbidNonWhitelisted: true, forbidUnknownValues: false });
    if (errors.length === 0) return withoutNulls(instance);
    const places = errors.flatMap((error) => placesOf(error, ''));
    throw badRequest(
      places.length === 1 ? `${type === 'body' ? 'The body' : 'The query'} is not valid: ${places[0]?.message ?? ''}.` : `${places.length} places are not valid.`,
      places.slice(0, PLACES_MAX).map(({ pointer, ...place }) => (type === 'body' ? { pointer, ...place } : { parameter: pointer.slice(1), ...place })),
    );
  }
}

function notJson(): ProblemException {
  return new ProblemException(415, {
    title: 'The content type is not understood', code: 'unsupported_content_type', detail: 'The body must be JSON and say so.',
    errors: [{ header: 'Content-Type', code: 'unsupported', message: 'use application/json' }],
  });
}

/** Flattens class-validator's tree into JSON pointers (RFC 6901). Of each value only the first reason. */
export function placesOf(error: ValidationError, parent: string): (ProblemPlace & { pointer: string })[] {
  const pointer = `${parent}/${pointerPart(error.property)}`;
  const own = firstReason(error.constraints ?? {}).map(([code, message]) => ({
    pointer,
    code: code === 'whitelistValidation' ? 'unknown_field' : code,
    message: code === 'whitelistValidation' ? `${error.property} is not a known field` : message,
  }));
  return [...own, ...(error.children ?? []).flatMap((child) => placesOf(child, pointer))];
}

/** A name as a part of a JSON pointer. */
export function pointerPart(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}

/**
 * As the contract states them: what a value must be, then how long or large. What is of another type, or missing, breaks all
 * the rest as well. They come from the last to the first, as decorators run; then whether parts could be looked at.
 */
function firstReason(constraints: Readonly<Record<string, string>>): [code: string, message: string][] {
  const reasons = Object.entries(constraints).reverse();
  const own = reasons.filter(([code]) => code !== 'nestedValidation');
  return (own.length > 0 ? own : reasons).slice(0, 1);
}

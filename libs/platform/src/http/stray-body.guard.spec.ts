import 'reflect-metadata';
import { describe, expect, test } from '@jest/globals';
import { Body, Controller, Delete, Post, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { IsOptional, IsString } from 'class-validator';

import { Internal, Public, Requires } from '../auth/access.js';
import { ProblemException } from './problem.exception.js';
import { StrayBodyGuard } from './stray-body.guard.js';

class Reason {
  @IsOptional() @IsString() reason?: string;
}

@Requires('deliveries:replay')
@Controller('v1/things')
class ThingsController {
  @Delete(':id')
  remove(): void {}

  @Post(':id/replay')
  replay(@Body() _body: Reason): void {}

  @Post('events')
  @Public()
  hear(): void {}

  @Post('told')
  @Internal()
  tell(): void {}
}

function refusal(handler: keyof ThingsController, body: unknown): unknown {
  const context = {
    getType: () => 'http', getClass: () => ThingsController, getHandler: () => Reflect.get(ThingsController.prototype, handler) as unknown, switchToHttp: () => ({ getRequest: () => ({ body }) }),
  } as unknown as ExecutionContext;
  try {
    expect(new StrayBodyGuard(new Reflector()).canActivate(context)).toBe(true);
    return undefined;
  } catch (error) {
    if (!(error instanceof ProblemException)) throw error;
    return { status: error.status, errors: error.content.errors };
  }
}

describe('a route that takes no body', () => {
  test.each([[undefined], [{}], ['bytes that somebody else reads']])('takes %j for none', (body) => {
    expect(refusal('remove', body)).toBeUndefined();
  });

  test.each<[unknown, { pointer: string; code: string }[]]>([
    [{ reason: 'x', 'a/b': 1 }, [{ pointer: '/reason', code: 'unknown_field' }, { pointer: '/a~1b', code: 'unknown_field' }]],
    [['x'], [{ pointer: '', code: 'wrong_type' }]],
  ])('refuses %j by its fields', (body, places) => {
    expect(refusal('remove', body)).toMatchObject({ status: 400, errors: places });
  });
});

test.each(['replay', 'hear', 'tell'] as const)('a body of a route that reads it, or is called by programs that grow, is left to it: %s', (handler) => {
  expect(refusal(handler, { whatever: 1 })).toBeUndefined();
});

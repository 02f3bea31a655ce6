import { describe, expect, test } from '@jest/globals';

import { QueryFailedError } from 'typeorm';

import { createLogger, NestLogger, redactSecrets } from './logger.js';

function lines(level = 'debug'): { logger: ReturnType<typeof createLogger>; written: string[] } {
  const written: string[] = [];
  return { logger: createLogger('notifier', level, { write: (line) => { written.push(line); } }), written };
}

const SECRETS = [
  'xoxb-123456789012-123456789012-AbCdEfGhIjKl',
  'xoxp-1-2-3-abcdef',
  'xoxe.xoxb-1-Mi0yLTEyMzQ1',
  'xoxe-1-My0xLTEyMzQ1',
  'xapp-1-A0123-456-abcdef',
  'tocsin_k1_0123456789abcdef',
];

describe('a log line', () => {
  test('is JSON with level, time, service and what was said', () => {
    const { logger, written } = lines();
    logger.info({ commandId: 'd1' }, 'posted');
    expect(JSON.parse(written[0] ?? '')).toMatchObject({ level: 'info', service: 'notifier', commandId: 'd1', msg: 'posted', time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) });
  });

  test('is not written below the level', () => {
    const { logger, written } = lines('warn');
    logger.info('posted');
    expect(written).toEqual([]);
  });

  test.each(SECRETS)('never shows %s, wherever it is put', (secret) => {
    const { logger, written } = lines();
    logger.info(`token ${secret} is used`);
    logger.warn({ token: secret, nested: { list: [`a ${secret}`] }, [secret]: 1 }, 'refused');
    logger.error({ err: new Error(`cannot use ${secret}`, { cause: new Error(secret) }) }, 'failed');
    logger.child({ url: `https://slack.com/api?token=${secret}` }).error('failed');
    logger.error({ err: new Error(`refused:\n${secret}`), address: `back?to=%2F%3Ftoken%3D${secret}`, parameters: [JSON.stringify({ comment: `it is\n${secret}` }), `my_${secret}`] }, `refused:\n${secret}`);
    expect(written).toHaveLength(5);
    expect(written.join('')).not.toContain(secret);
    for (const line of written) expect(() => { JSON.parse(line); }).not.toThrow();
  });

  test('never shows a bearer token', () => {
    const { logger, written } = lines();
    logger.info({ headers: { authorization: 'Bearer eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl' } }, 'called');
    expect(written[0]).not.toContain('c2lnbmF0dXJl');
  });

  test('of a query that failed says which and why, and nothing of what it was asked with or found', () => {
    const { logger, written } = lines();
    const refused = Object.assign(new Error('duplicate key value violates unique constraint "commands_pkey"'), { code: '23505', table: 'commands', detail: 'Key (comment)=(a private word) already exists.', where: 'JSON data, line 1: a private word' });
    logger.error({ err: new QueryFailedError('insert into commands values ($1)', ['a private word'], refused) }, 'failed');
    expect(JSON.parse(written[0] ?? '')).toMatchObject({ err: { type: 'QueryFailedError', message: refused.message, code: '23505', table: 'commands', query: 'insert into commands values ($1)', stack: expect.stringContaining('logger.spec') } });
    expect(written[0]).not.toContain('private');
  });

  test('of Nest is one of ours, its start-up chatter at debug level', () => {
    const { logger, written } = lines();
    new NestLogger(logger).log('mapped', 'Router');
    new NestLogger(logger).error('broken', 'at somewhere', 'Router');
    expect(written.map((line) => JSON.parse(line) as object)).toMatchObject([{ level: 'debug', msg: 'mapped', context: 'Router' }, { level: 'error', msg: 'broken', stack: 'at somewhere' }]);
  });
});

test('what is no secret stays as it is', () => {
  const text = 'posted to C0123456789 of tocsin-console by xoxo, Bearer of news';
  expect(redactSecrets(text)).toBe(text);
});

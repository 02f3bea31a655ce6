import 'reflect-metadata';

import { describe, expect, test } from '@jest/globals';

import { EXCHANGES, MESSAGES, queueName, queuesOf, routeOf, SERVICES, type MessageRoute } from './index.js';

const routes: readonly MessageRoute[] = MESSAGES;

describe('the table of all messages', () => {
  test('names each type once', () => {
    const types = routes.map(({ type }) => type);
    expect(types.filter((type, index) => types.indexOf(type) !== index)).toEqual([]);
  });

  test.each(routes.map((route) => [route.type, route] as const))('%s', (type, { exchange, saidBy, heardBy, contract }) => {
    expect(type).toMatch(/^[a-z]+\.[a-z]+\.v[1-9]\d*$/);
    expect(Object.values(EXCHANGES)).toContain(exchange);
    expect(exchange).not.toBe(EXCHANGES.dead);
    expect(saidBy).not.toEqual([]);
    expect(saidBy.filter((who) => who !== 'any' && !SERVICES.includes(who))).toEqual([]);
    expect(heardBy.filter((service) => !SERVICES.includes(service))).toEqual([]);
    expect(new Set(heardBy).size).toBe(heardBy.length);
    expect(new contract()).toBeInstanceOf(contract);
  });

  test.each([
    ['issue.reported.v1', EXCHANGES.intake], ['issue.resolved.v1', EXCHANGES.intake],
    ['issue.changed.v1', EXCHANGES.events], ['scan.completed.v1', EXCHANGES.events], ['connection.changed.v1', EXCHANGES.events],
    ['connection.reported.v1', EXCHANGES.events], ['delivery.settled.v1', EXCHANGES.events], ['slack.send.v1', EXCHANGES.commands],
  ])('%s goes through %s', (type, exchange) => {
    expect(routeOf(type)?.exchange).toBe(exchange);
  });

  test('the exchanges are those that other programs know', () => {
    expect(EXCHANGES).toEqual({ intake: 'tocsin.intake', events: 'tocsin.events', commands: 'tocsin.commands', dead: 'tocsin.dead' });
  });

  test('any internal service may report issues and order messages, and nothing else', () => {
    expect(routes.filter(({ saidBy }) => saidBy.includes('any')).map(({ type }) => type).sort()).toEqual(['issue.reported.v1', 'issue.resolved.v1', 'slack.send.v1']);
  });

  test('a type that nobody speaks has no route', () => {
    expect(routeOf('slack.send.v2')).toBeUndefined();
    expect(routeOf('toString')).toBeUndefined();
  });
});

describe('queues', () => {
  test('one for each hearer of each message, named after both', () => {
    const queues = SERVICES.flatMap((service) => queuesOf(service).map(({ queue, route }) => ({ queue, expected: queueName(service, route.type) })));
    expect(queues.map(({ queue }) => queue)).toEqual(queues.map(({ expected }) => expected));
    expect(new Set(queues.map(({ queue }) => queue)).size).toBe(routes.reduce((sum, { heardBy }) => sum + heardBy.length, 0));
  });

  test('the name is service, dot, message', () => {
    expect(queueName('notifier', 'slack.send.v1')).toBe('notifier.slack.send.v1');
    expect(queuesOf('notifier').map(({ queue }) => queue)).toContain('notifier.slack.send.v1');
  });
});

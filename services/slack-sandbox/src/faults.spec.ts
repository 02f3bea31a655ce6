import { describe, expect, test } from '@jest/globals';

import { doesSomething, Faults, hasEffect, type Fault, type Target } from './faults.js';

const POST: Target = { method: 'chat.postMessage', channels: ['C0SECALERT', 'sec-alerts'], workspaces: ['T0ACME0001', 'Acme', 'acme'] };

describe('which requests a fault strikes', () => {
  test.each<[string, Fault, boolean]>([
    ['any', {}, true],
    ['the method', { method: 'chat.postMessage' }, true],
    ['another method', { method: 'chat.update' }, false],
    ['the channel by id', { channel: 'C0SECALERT' }, true],
    ['the channel by #name', { channel: '#sec-alerts' }, true],
    ['another channel', { channel: 'general' }, false],
    ['the workspace by domain', { workspace: 'acme' }, true],
    ['another workspace', { workspace: 'globex' }, false],
    ['all at once', { method: 'chat.postMessage', channel: 'sec-alerts', workspace: 'Acme' }, true],
    ['probability 0', { probability: 0 }, false],
    ['used up', { times: 0 }, false],
  ])('%s', (_case, fault, strikes) => {
    const faults = new Faults();
    faults.add({ ...fault, error: 'internal_error' });
    expect(faults.strike(POST) !== undefined).toBe(strikes);
  });

  test('a fault with times is used up and the next one takes over', () => {
    const faults = new Faults();
    faults.add({ error: 'fatal_error', times: 2 });
    faults.add({ error: 'internal_error' });
    expect([1, 2, 3, 4].map(() => faults.strike(POST)?.error)).toEqual(['fatal_error', 'fatal_error', 'internal_error', 'internal_error']);
  });

  test('chance is near its probability and the same in every run', () => {
    const run = (): boolean[] => {
      const faults = new Faults();
      faults.add({ error: 'internal_error', probability: 0.3 });
      return Array.from({ length: 1000 }, () => faults.strike(POST) !== undefined);
    };
    const struck = run();
    expect(struck.filter(Boolean).length).toBeGreaterThan(250);
    expect(struck.filter(Boolean).length).toBeLessThan(350);
    expect(run()).toEqual(struck);
  });
});

describe('whether the message is posted all the same', () => {
  test.each<[string, Fault, boolean]>([
    ['only slow', { latencyMs: 100 }, true],
    ['lost before', { lost: 'before' }, false],
    ['lost after', { lost: 'after' }, true],
    ['an error', { error: 'internal_error' }, false],
    ['an error after it was posted', { error: 'internal_error', lost: 'after' }, true],
    ['HTTP 503', { status: 503 }, false],
    ['a rate limit', { retryAfter: 5 }, false],
    ['a page of HTML', { body: '<html>' }, false],
    ['silence', { hang: true }, false],
    ['silence after it was posted', { hang: true, lost: 'after' }, true],
    ['half an answer', { cut: true }, true],
  ])('%s', (_case, fault, posted) => {
    expect(doesSomething(fault)).toBe(true);
    expect(hasEffect(fault)).toBe(posted);
  });

  test('a fault that only says where does nothing', () => {
    expect(doesSomething({ method: 'chat.postMessage', probability: 1, times: 3 })).toBe(false);
  });
});

import { PassThrough } from 'node:stream';

import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';

import { EventStream, HELD_BYTES } from './event-stream.js';

let pipe: PassThrough;
let stream: EventStream;

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate'] });
  pipe = new PassThrough({ highWaterMark: 1 });
  stream = new EventStream(pipe, () => 'here');
});

afterEach(() => {
  stream.end();
  pipe.destroy();
  jest.useRealTimers();
});

function taken(): string {
  return String(pipe.read() ?? '');
}

async function nextTurn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

const LARGE = { event: 'delivery', data: 'x'.repeat(HELD_BYTES), id: '1' };
const SMALL = { event: 'delivery', data: '{}', id: '2' };

describe('an event stream', () => {
  test('gives each event its name, its data and from where to go on', () => {
    stream.send([SMALL, { ...SMALL, id: '3' }]);
    expect(taken()).toBe('id: 2\nevent: delivery\ndata: {}\n\nid: 3\nevent: delivery\ndata: {}\n\n');
  });

  test('says something every 15 seconds that is no event', () => {
    stream.begin();
    taken();
    jest.advanceTimersByTime(14_900);
    expect(taken()).toBe('');
    jest.advanceTimersByTime(200);
    expect(taken()).toBe(': still here\nid: here\n\n');
  });

  test('holds no more than its limit for a reader that is slow, and tells it to look anew when it has caught up', async () => {
    stream.send([LARGE]);
    stream.send([LARGE]);
    const held = pipe.writableLength;
    stream.send([SMALL]);
    expect(pipe.writableLength).toBe(held);
    let text = '';
    pipe.on('data', (chunk: Buffer) => { text += chunk.toString(); });
    for (let turn = 0; turn < 20 && !text.includes('reset'); turn += 1) await nextTurn();
    expect(text.slice(-40)).toContain('event: reset\ndata: {}\n\n');
    expect(text).not.toContain('id: 2\n');
    stream.send([SMALL]);
    await nextTurn();
    expect(text).toContain('id: 2\n');
  });

  test('is cut when its reader takes nothing for a minute', () => {
    stream.send([LARGE]);
    stream.send([LARGE]);
    expect(pipe.destroyed).toBe(false);
    jest.advanceTimersByTime(60_000);
    expect(pipe.destroyed).toBe(true);
  });

  test('says nothing after its end', () => {
    stream.end();
    stream.send([SMALL]);
    expect(taken()).toBe('');
  });
});

import { expect, jest, test } from '@jest/globals';

import { BegunReplays } from './begun-replays.js';

function store(): ConstructorParameters<typeof BegunReplays>[0] {
  const items = new Map<string, string>();
  return { getItem: (name) => items.get(name) ?? null, setItem: (name, value) => { items.set(name, value); }, removeItem: (name) => { items.delete(name); } };
}

test('what was begun before a reload is known after it, until it is forgotten', () => {
  const kept = store();
  const before = new BegunReplays(kept);
  before.add({ replayId: 'r1', wanted: 3 });
  before.add({ replayId: 'r2', wanted: 1 });
  before.forget('r1');
  expect(new BegunReplays(kept).all()).toEqual([{ replayId: 'r2', wanted: 1 }]);
  before.forget('r2');
  expect(kept.getItem('tocsin.replays')).toBeNull();
});

test('whoever listens is told of changes, and of nothing else', () => {
  const replays = new BegunReplays(store());
  const listener = jest.fn();
  const stop = replays.subscribe(listener);
  const empty = replays.all();
  replays.forget('none');
  expect(listener).not.toHaveBeenCalled();
  expect(replays.all()).toBe(empty);
  replays.add({ replayId: 'r1', wanted: 3 });
  expect(listener).toHaveBeenCalledTimes(1);
  stop();
  replays.forget('r1');
  expect(listener).toHaveBeenCalledTimes(1);
});

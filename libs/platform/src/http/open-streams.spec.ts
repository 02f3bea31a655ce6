import { describe, expect, test } from '@jest/globals';

import { OpenStreams } from './open-streams.js';

describe('open streams', () => {
  test('end when the service stops, and what begins afterwards ends at once', () => {
    const streams = new OpenStreams();
    const ended: string[] = [];
    streams.add(() => ended.push('first'));
    streams.add(() => ended.push('second'));
    streams.endAll();
    streams.add(() => ended.push('late'));
    expect(ended).toEqual(['first', 'second', 'late']);
  });

  test('that have ended by themselves are forgotten', () => {
    const streams = new OpenStreams();
    let ends = 0;
    const forget = streams.add(() => { ends += 1; });
    forget();
    streams.endAll();
    expect(ends).toBe(0);
  });
});

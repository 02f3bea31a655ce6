import { describe, expect, test } from '@jest/globals';

import { EventStreamParser } from './event-stream-parser.js';

describe('an event stream', () => {
  test('gives each event when its empty line has come', () => {
    const parser = new EventStreamParser();
    expect(parser.push('id: 7\nevent: delivery\ndata: {"a":1}\n')).toEqual([]);
    expect(parser.push('\n')).toEqual([{ event: 'delivery', data: '{"a":1}', id: '7' }]);
  });

  test('may be cut anywhere, also between the two characters of a line’s end', () => {
    const parser = new EventStreamParser();
    const whole = 'id: 1\r\nevent: delivery\r\ndata: one\r\n\r\nid: 2\r\nevent: delivery\r\ndata: two\r\n\r\n';
    expect(Array.from(whole).flatMap((char) => parser.push(char))).toEqual([
      { event: 'delivery', data: 'one', id: '1' },
      { event: 'delivery', data: 'two', id: '2' },
    ]);
  });

  test('a comment that keeps it open is no event', () => {
    expect(new EventStreamParser().push(': still here\n\n')).toEqual([]);
  });

  test('the id of an earlier event stands until another is said', () => {
    const parser = new EventStreamParser('40');
    expect(parser.push('event: reset\ndata: {}\n\n')).toEqual([{ event: 'reset', data: '{}', id: '40' }]);
  });

  test('what keeps it open tells from where to go on, an event only when it is complete', () => {
    const parser = new EventStreamParser('40');
    parser.push(': still here\nid: 41\n\n');
    expect(parser.lastId).toBe('41');
    parser.push('id: 42\nevent: delivery\ndata: {"a"');
    expect(parser.lastId).toBe('41');
    parser.push(':1}\n\n');
    expect(parser.lastId).toBe('42');
  });

  test('data on several lines is one text, and an event without a name is a message', () => {
    expect(new EventStreamParser().push('data: a\ndata:b\n\n')).toEqual([{ event: 'message', data: 'a\nb', id: '' }]);
  });
});

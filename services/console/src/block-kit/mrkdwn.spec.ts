import { describe, expect, test } from '@jest/globals';

import { parseMrkdwn } from './mrkdwn.js';

describe('mrkdwn as pieces', () => {
  test('severity, bold word and linked title, as in the message', () => {
    expect(parseMrkdwn(':red_circle: *Critical*  <https://tocsin.test/issues/1|*SQL injection*>')).toEqual([
      { kind: 'emoji', name: 'red_circle' },
      { kind: 'text', text: ' ', style: {} },
      { kind: 'text', text: 'Critical', style: { bold: true } },
      { kind: 'text', text: '  ', style: {} },
      { kind: 'link', url: 'https://tocsin.test/issues/1', text: 'SQL injection', style: { bold: true } },
    ]);
  });

  test.each([
    ['an escaped mention stays text', '&lt;!channel&gt; &amp;lt;', [{ kind: 'text', text: '<!channel> &lt;', style: {} }]],
    ['code keeps what looks like formatting', '`List<T> *a*`', [{ kind: 'text', text: 'List<T> *a*', style: { code: true } }]],
    ['a star inside a word is a star', '2*3*4', [{ kind: 'text', text: '2*3*4', style: {} }]],
    ['an underscore inside a word is one', 'find_by_name', [{ kind: 'text', text: 'find_by_name', style: {} }]],
    ['a date shows its fallback', '<!date^1763895600^{date}|2025-11-23 11:00 UTC>', [{ kind: 'text', text: '2025-11-23 11:00 UTC', style: {} }]],
    ['a person is a mention', '<@U0NOA00001>', [{ kind: 'mention', text: '@U0NOA00001' }]],
    ['a channel is named', '<#C1|general>', [{ kind: 'mention', text: '#general' }]],
    ['a bare address is its own text', '<https://a.test/?a=1&amp;b=2>', [{ kind: 'link', url: 'https://a.test/?a=1&b=2', text: 'https://a.test/?a=1&b=2', style: {} }]],
    ['a time is no emoji', '11:00:30', [{ kind: 'text', text: '11:00:30', style: {} }]],
  ])('%s', (_, source, pieces) => {
    expect(parseMrkdwn(source)).toEqual(pieces);
  });

  test('lines break', () => {
    expect(parseMrkdwn('*Owner*\nDana').map(({ kind }) => kind)).toEqual(['text', 'break', 'text']);
  });
});

import { describe, expect, test } from '@jest/globals';

import { connectResult } from './connect-result.js';

describe('how the way to Slack ended', () => {
  test.each(['connected', 'cancelled', 'expired', 'used', 'wrong_browser', 'wrong_user', 'wrong_workspace', 'refused', 'enterprise'])('%s comes with a reason and a next step', (result) => {
    const { title, why, next } = connectResult(result) ?? { title: '', why: '', next: '' };
    for (const sentence of [why, next]) expect(sentence).toMatch(/^[A-Z].{10,}\.$/);
    expect(title).not.toBe('');
  });

  test.each([null, '', 'constructor', '<script>'])('%p is no end that we know', (result) => {
    expect(connectResult(result)).toBeUndefined();
  });

  test('what Slack’s code means is said in words, with the code beside them', () => {
    expect(connectResult('refused', 'bad_redirect_uri')).toMatchObject({ title: 'Slack refused', why: expect.stringContaining('(bad_redirect_uri)'), next: expect.stringContaining('Redirect URLs') });
  });

  test('a code that nobody knows is shown as it is', () => {
    expect(connectResult('refused', 'brand_new_code')?.why).toBe('Slack refused with the code brand_new_code.');
  });
});

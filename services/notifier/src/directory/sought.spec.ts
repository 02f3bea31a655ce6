import { describe, expect, test } from '@jest/globals';

import { sought, storable } from './sought.js';

describe('the form in which names are found', () => {
  test.each([
    ['Sec-Alerts', 'sec alerts'],
    ['sec_alerts.eu/west', 'sec alerts eu west'],
    ['café', 'cafe'],
    ['cafe\u0301', 'cafe'],
    ['Straße', 'strasse'],
    ['İstanbul', 'istanbul'],
    ['Łódź Ærø', 'lodz aero'],
    ['Ёлка', 'елка'],
    ['ΣΊΣΥΦΟΣ', 'σισυφοσ'],
    ['ｆｕｌｌ　ｗｉｄｔｈ', 'full width'],
    ['が', 'が'],
    ['障害対応', '障害対応'],
    ['🎉 party', '🎉 party'],
    ['a\u202eb\u200bc', 'abc'],
    ['--', ''],
  ])('%p is found as %p', (name, form) => {
    expect(sought(name)).toBe(form);
    expect(sought(form)).toBe(form);
  });

  test('is never longer than an index entry may be', () => {
    expect(sought('é'.repeat(5000))).toBe('e'.repeat(400));
  });
});

test('what PostgreSQL cannot hold is taken out of names', () => {
  expect(storable('a\0b\ud800c\udc00d🎉')).toBe('abcd🎉');
});

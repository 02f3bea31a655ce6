import { describe, expect, test } from '@jest/globals';

import { pressed } from './keys.js';

const OPTIONS = Array.from({ length: 20 }, (_, at) => `o${at}`);
const PLAIN = { alt: false, modified: false };
const OPEN = { opened: true, active: undefined };
const CLOSED = { opened: false, active: undefined };

describe('a key in the picker', () => {
  test.each([
    ['ArrowDown opens the list on its first option', 'ArrowDown', CLOSED, { opened: true, active: 'o0' }],
    ['ArrowUp opens it on its last', 'ArrowUp', CLOSED, { opened: true, active: 'o19' }],
    ['ArrowDown goes on', 'ArrowDown', { opened: true, active: 'o3' }, { opened: true, active: 'o4' }],
    ['and round', 'ArrowDown', { opened: true, active: 'o19' }, { opened: true, active: 'o0' }],
    ['ArrowUp goes back', 'ArrowUp', { opened: true, active: 'o3' }, { opened: true, active: 'o2' }],
    ['and round', 'ArrowUp', { opened: true, active: 'o0' }, { opened: true, active: 'o19' }],
    ['an option that has gone counts as none', 'ArrowDown', { opened: true, active: 'gone' }, { opened: true, active: 'o0' }],
    ['Home', 'Home', { opened: true, active: 'o3' }, { opened: true, active: 'o0' }],
    ['End', 'End', { opened: true, active: 'o3' }, { opened: true, active: 'o19' }],
    ['PageDown', 'PageDown', { opened: true, active: 'o15' }, { opened: true, active: 'o19' }],
    ['PageUp', 'PageUp', { opened: true, active: 'o3' }, { opened: true, active: 'o0' }],
    ['Home in the text, while no option is active', 'Home', OPEN, undefined],
    ['Enter takes the active option', 'Enter', { opened: true, active: 'o3' }, { opened: true, active: 'o3', chosen: 'o3' }],
    ['Enter takes none of many', 'Enter', OPEN, { opened: true, active: undefined }],
    ['Enter is the form’s while the list is closed', 'Enter', CLOSED, undefined],
    ['Escape closes the list', 'Escape', { opened: true, active: 'o3' }, CLOSED],
    ['Escape is the dialog’s while the list is closed', 'Escape', CLOSED, undefined],
    ['a letter is the text’s', 'a', { opened: true, active: 'o3' }, undefined],
  ] as const)('%s', (_, key, state, next) => {
    expect(pressed({ key, ...PLAIN }, state, OPTIONS)).toEqual(next);
  });

  test('Enter takes the only option without an arrow', () => {
    expect(pressed({ key: 'Enter', ...PLAIN }, OPEN, ['o7'])).toEqual({ opened: true, active: undefined, chosen: 'o7' });
  });

  test('in an empty list the arrows lead nowhere', () => {
    expect(pressed({ key: 'ArrowDown', ...PLAIN }, OPEN, [])).toEqual({ opened: true, active: undefined });
    expect(pressed({ key: 'ArrowUp', ...PLAIN }, OPEN, [])).toEqual({ opened: true, active: undefined });
  });

  test('with Alt the arrows open and close', () => {
    expect(pressed({ key: 'ArrowDown', alt: true, modified: false }, CLOSED, OPTIONS)).toEqual(OPEN);
    expect(pressed({ key: 'ArrowUp', alt: true, modified: false }, { opened: true, active: 'o3' }, OPTIONS)).toEqual(CLOSED);
  });

  test('Ctrl and Enter send the form, list or not', () => {
    expect(pressed({ key: 'Enter', alt: false, modified: true }, { opened: true, active: 'o3' }, OPTIONS)).toBeUndefined();
  });
});

import { expect, test } from '@jest/globals';

import { isSentence, untoldFields } from './untold-fields.js';

test.each([['Id of the issue.', true], ['`true` when every one is meant.', true], ['0 to 9.', true], ['Id of the issue', false], ['id of the issue.', false], ['', false], [undefined, false]])('%j is a sentence: %s', (text, expected) => {
  expect(isSentence(text)).toBe(expected);
});

test('fields of which no sentence is said are named with their place, however deep they are', () => {
  const told = { type: 'string', description: 'What is wrong.' };
  const page = { properties: { items: { description: 'The items of this page.', items: { oneOf: [{ properties: { id: { type: 'string' }, title: told } }] } } } };
  expect(untoldFields({ paths: { '/v1/issues': { schema: page } }, components: { schemas: { Issue: { properties: { title: told, tool: { type: 'string', description: 'scanner' } } } } } })).toEqual([
    '/paths//v1/issues/schema/properties/items/items/oneOf/0/id', '/components/schemas/Issue/tool',
  ]);
});

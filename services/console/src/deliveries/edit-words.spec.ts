import { expect, test } from '@jest/globals';

import { editWords, isBroughtUpToDate } from './edit-words.js';

test.each([
  ['brought up to date', 'Changed in place: open, critical', 'Brought up to date: The issue had changed, so the message in Slack was changed to show it as it is: open, critical.', true],
  [
    'brought up to date as plain text',
    'Changed in place as plain text, since Slack refused the formatted message: resolved',
    'Brought up to date: The issue had changed, so the message in Slack was changed to show it as it is: resolved, as plain text, since Slack refused the formatted message.',
    true,
  ],
  ['not brought up to date', 'Could not be changed in place: The channel is archived.', 'Not brought up to date: The issue had changed, but the message in Slack still shows it as it was: The channel is archived.', false],
  ['replaced', 'A new message takes its place (d-9): The message is gone.', 'Replaced: The issue had changed and this message could not be: The message is gone. The delivery d-9 takes its place.', false],
  ['what this page does not know', 'Something else', 'Edited: Something else', false],
])('a living message was %s', (_, recorded, said, upToDate) => {
  const { word, text } = editWords(recorded);
  expect(`${word}: ${text}`).toBe(said);
  expect(isBroughtUpToDate(recorded)).toBe(upToDate);
});

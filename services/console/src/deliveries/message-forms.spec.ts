import { describe, expect, test } from '@jest/globals';

import type { Delivery } from '@tocsin/contracts';

import type { DeliveryMessage, SlackContent } from '../api/delivery-message.js';
import { messageForms } from './message-forms.js';

const AT = '2026-03-01T09:00:00.000Z';
const content = (text: string): SlackContent => ({ text, blocks: [], attachments: [] });
const MESSAGE = content('High: Log4Shell');
const EDITED = content('Resolved: Log4Shell');
const RETRACTED = [{ at: AT, kind: 'retracted', text: 'Taken back from #general by noa@acme.test' }];

function titles(state: Delivery['state'], more: Partial<DeliveryMessage> = {}, timeline: NonNullable<Delivery['timeline']> = []): [string, string, string | undefined][] {
  return messageForms({ state, timeline }, { ...MESSAGE, ...more }).map(({ title, content: { text }, note }) => [title, text, note?.split(':')[0]]);
}

describe('a message that has one form is called what it is', () => {
  test.each([
    ['waiting', 'waiting', {}, 'Message as it will be posted', undefined],
    ['posted', 'posted', {}, 'Message as it was posted', undefined],
    ['posted, of an issue that has changed since', 'posted', { behind: 'waits' }, 'Message as it was posted', 'The issue has changed since, and a newer form waits to be shown in Slack.'],
    ['posted, and could not be brought up to date', 'posted', { behind: 'left' }, 'Message as it was posted', 'The issue has changed since, and Slack does not show that'],
    ['posted, and another took its place', 'posted', { behind: 'replaced' }, 'Message as it was posted', 'The issue has changed since, and another message tells it'],
    ['posted, and is gone', 'posted', { behind: 'gone' }, 'Message as it was posted', 'It is gone from Slack, and another message took its place'],
    ['posted, and brought up to date to what is not kept', 'posted', { editedAt: AT }, 'Message as it was first posted', 'It was brought up to date since, to what the timeline says. How that looks is not kept.'],
    ['posted, brought up to date, and gone', 'posted', { editedAt: AT, behind: 'gone' }, 'Message as it was first posted', 'It is gone from Slack, and another message took its place'],
    ['posted, and brought up to date to what is not kept and no longer true', 'posted', { editedAt: AT, behind: 'waits' }, 'Message as it was first posted', 'It was brought up to date since, to what the timeline says. How that looks is not kept. The issue has changed since, and a newer form waits to be shown in Slack.'],
    ['unconfirmed, as far as it is known', 'unconfirmed', {}, 'Message as it would be posted again', 'It says that it may be there twice, and tells what is known now.'],
    ['failed', 'failed', {}, 'Message as it would be posted now', undefined],
  ] as [string, Delivery['state'], Partial<DeliveryMessage>, string, string | undefined][])('of a delivery that is %s', (_, state, more, title, note) => {
    expect(titles(state, more)).toEqual([[title, MESSAGE.text, note]]);
  });

  test('of a delivery that was taken back, of which a copy may be left', () => {
    const timeline = [...RETRACTED, { at: AT, kind: 'copy_may_remain', text: 'An earlier copy may still be in #general' }];
    expect(titles('suppressed', {}, timeline)).toEqual([['Message as it would be posted now', MESSAGE.text, 'What is known to be posted was deleted from Slack. An earlier copy may still be there']]);
  });

  test('of a delivery that was taken back', () => {
    expect(titles('suppressed', {}, RETRACTED)).toEqual([['Message as it would be posted now', MESSAGE.text, 'What was posted was deleted from Slack.']]);
  });
});

describe('a message that has two forms offers both', () => {
  test('what stands in Slack first, with the moment of the last edit', () => {
    const forms = messageForms({ state: 'posted' }, { ...MESSAGE, inSlack: EDITED, editedAt: AT });
    expect(forms.map(({ title, content: { text }, editedAt, note }) => [title, text, editedAt, note])).toEqual([
      ['In Slack now', EDITED.text, AT, undefined],
      ['As first posted', MESSAGE.text, undefined, undefined],
    ]);
  });

  test('and says with the one in Slack that a newer one waits', () => {
    expect(titles('posted', { inSlack: EDITED, editedAt: AT, behind: 'waits' })).toEqual([
      ['In Slack now', EDITED.text, 'The issue has changed since, and a newer form waits to be shown in Slack.'],
      ['As first posted', MESSAGE.text, undefined],
    ]);
  });

  test('what Slack may have before what a replay would post', () => {
    expect(titles('unconfirmed', { attempted: EDITED })).toEqual([
      ['As it would have been posted', EDITED.text, 'Slack may have it, or not'],
      ['As it would be posted again', MESSAGE.text, 'It says that it may be there twice, and tells what is known now.'],
    ]);
  });
});

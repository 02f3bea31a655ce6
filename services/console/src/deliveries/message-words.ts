/** What the message that is shown with a delivery is: the one in Slack, an earlier form of it, or the next one. */
import type { Delivery } from '@tocsin/contracts';

import { UP_TO_DATE } from './timeline.js';

export interface MessageWords {
  title: string;
  /** How what Slack has differs from what is shown. */
  note?: string;
}

export function messageWords({ state, timeline = [] }: Pick<Delivery, 'state' | 'timeline'>): MessageWords {
  switch (state) {
    case 'accepted':
    case 'waiting':
    case 'posting':
      return { title: 'Message as it will be posted' };
    case 'posted':
      return timeline.some(({ kind }) => kind === UP_TO_DATE)
        ? { title: 'Message as it was first posted', note: 'It was brought up to date since: Slack shows the issue as the timeline says.' }
        : { title: 'Message as it was posted' };
    case 'unconfirmed':
      return { title: 'Message as it would be posted again', note: 'The one that Slack may have shows the issue as it was then, and does not say that it may be there twice.' };
    case 'failed':
    case 'dead':
    case 'suppressed':
      return { title: 'Message as it would be posted now' };
  }
}

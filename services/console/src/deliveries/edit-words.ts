/** What the timeline tells of a living message: that it was brought up to date, or why not, in whole sentences. */
import type { Moment } from './timeline.js';

/** As notifier records them; what is younger than this page stands as it was recorded. */
const IN_PLACE = /^Changed in place: (?<issue>.+)$/su;
const IN_PLACE_PLAIN = /^Changed in place as plain text, since Slack refused the formatted message: (?<issue>.+)$/su;
const NOT_IN_PLACE = /^Could not be changed in place: (?<reason>.+)$/su;
const REPLACED = /^A new message takes its place \((?<delivery>[^)]+)\): (?<reason>.+)$/su;

type EditWords = Pick<Moment, 'word' | 'tone' | 'text'>;

export function editWords(text: string): EditWords {
  const { issue, reason, delivery } = [IN_PLACE, IN_PLACE_PLAIN, NOT_IN_PLACE, REPLACED].map((form) => form.exec(text)?.groups).find((groups) => groups !== undefined) ?? {};
  if (issue !== undefined) {
    const how = IN_PLACE_PLAIN.test(text) ? ', as plain text, since Slack refused the formatted message' : '';
    return { word: 'Brought up to date', tone: 'good', text: `The issue had changed, so the message in Slack was changed to show it as it is: ${issue}${how}.` };
  }
  if (delivery !== undefined) return { word: 'Replaced', tone: 'plain', text: `The issue had changed and this message could not be: ${reason ?? ''} The delivery ${delivery} takes its place.` };
  if (reason !== undefined) return { word: 'Not brought up to date', tone: 'bad', text: `The issue had changed, but the message in Slack still shows it as it was: ${reason}` };
  return { word: 'Edited', tone: 'plain', text };
}

/** Whether Slack shows something newer than what was posted. */
export function isBroughtUpToDate(text: string): boolean {
  return IN_PLACE.test(text) || IN_PLACE_PLAIN.test(text);
}

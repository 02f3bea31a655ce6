/** What Slack's events tell of a person. */
import type { ReportedPerson } from '@tocsin/contracts';
import { readPerson } from '@tocsin/slack';

export interface PersonEvent {
  person: ReportedPerson;
}

const NAME_LENGTH = 200;
const EMAIL_LENGTH = 320;

/** @returns undefined for an event that is not about our people, `odd` for one without a person. @see https://docs.slack.dev/reference/events/user_change */
export function readPersonEvent(type: string, { user }: Readonly<Record<string, unknown>>): PersonEvent | 'odd' | undefined {
  if (type !== 'user_change' || isOfAnotherCompany(user)) return undefined;
  const person = readPerson(user);
  if (!person || !/^[A-Z0-9]{2,32}$/.test(person.id)) return 'odd';
  const { id, name, displayName, realName, email, isBot, isDeactivated } = person;
  return {
    person: {
      id, isBot, isDeactivated,
      name: name.slice(0, NAME_LENGTH), displayName: displayName.slice(0, NAME_LENGTH), realName: realName.slice(0, NAME_LENGTH),
      ...(email !== undefined && email.length <= EMAIL_LENGTH && { email }),
    },
  };
}

/** Somebody who is seen in shared channels only. */
function isOfAnotherCompany(user: unknown): boolean {
  return typeof user === 'object' && user !== null && (user as { is_stranger?: unknown }).is_stranger === true;
}

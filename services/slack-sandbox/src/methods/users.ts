/** users.*. The e-mail address is there only for tokens with `users:read.email`. */
import { accept, isRefusal, refuse, type Answer } from '../answer.js';
import { pageOf } from '../paging.js';
import type { Person } from '../workspace.js';
import { unixSeconds, type Call, type Method } from './method.js';

/** Without a limit, a larger workspace answers limit_required. */
const LISTED_WITHOUT_LIMIT = 1000;
const UPDATED = 1_735_689_600;

export const userMethods: Record<string, Method> = {
  'users.list': { tier: 2, accepts: ['users:read'], run: list },
  'users.info': {
    tier: 4,
    accepts: ['users:read'],
    run: (call) => {
      const person = call.workspace.people.get(call.args.text('user') ?? '');
      return person ? accept({ user: described(person, call) }) : refuse('user_not_found');
    },
  },
  'users.lookupByEmail': {
    tier: 3,
    accepts: ['users:read.email'],
    run: (call) => {
      const email = call.args.text('email')?.trim().toLowerCase();
      const person = [...call.workspace.people.values()].find((one) => one.email !== undefined && one.email.toLowerCase() === email);
      return person === undefined || person.deleted ? refuse('users_not_found') : accept({ user: described(person, call) });
    },
  },
};

function list(call: Call): Answer {
  const people = [...call.workspace.people.values()];
  const cacheTs = unixSeconds(call.world);
  if (!call.args.has('limit') && !call.args.has('cursor')) {
    if (people.length > LISTED_WITHOUT_LIMIT) return refuse('limit_required');
    return accept({ members: people.map((one) => described(one, call)), cache_ts: cacheTs });
  }
  const page = pageOf(people, 'user', call.args, 100);
  if (isRefusal(page)) return page;
  return accept({ members: page.items.map((one) => described(one, call)), cache_ts: cacheTs, response_metadata: { next_cursor: page.next } });
}

function described(person: Person, { workspace, grant }: Call): Record<string, unknown> {
  const withEmail = person.email !== undefined && grant.scopes.includes('users:read.email');
  const shared = {
    id: person.id, team_id: workspace.id, name: person.name, deleted: person.deleted, is_bot: person.botId !== undefined,
    is_app_user: false, updated: UPDATED,
    profile: {
      title: '', phone: '', skype: '', real_name: person.realName, real_name_normalized: person.realName, display_name: person.name,
      display_name_normalized: person.name, status_text: '', status_emoji: '', status_expiration: 0, avatar_hash: 'sandbox', team: workspace.id,
      ...(withEmail && { email: person.email }), ...(person.botId !== undefined && { bot_id: person.botId }),
    },
  };
  if (person.deleted) return shared;
  return {
    ...shared, real_name: person.realName, color: '9f69e7', tz: 'Etc/UTC', tz_label: 'Coordinated Universal Time', tz_offset: 0,
    is_admin: false, is_owner: false, is_primary_owner: false, is_restricted: false, is_ultra_restricted: false, is_email_confirmed: withEmail,
    who_can_share_contact_card: 'EVERYONE',
  };
}

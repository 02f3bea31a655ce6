/** The workspaces that exist when the sandbox starts. Ids are fixed, so that tests and examples may name them. */
import { SLACK_SCOPES } from '@tocsin/domain';

import type { App, AppGrants } from './app-grants.js';
import { Workspace, type Channel, type Person } from './workspace.js';

const CREATED = 1_735_689_600; // 2025-01-01

const ALL_SCOPES = SLACK_SCOPES.map((scope) => scope.name);

/** What an app that is installed over the consent page is set up with. */
export const SANDBOX_APP = { clientId: 'sandbox.client', clientSecret: 'sandbox-secret', signingSecret: 'sandbox-signing-secret' } as const;

export const PUBLISHED: App = { id: 'A0TOCSIN', name: 'Tocsin', botName: 'tocsin', clientId: SANDBOX_APP.clientId, clientSecret: SANDBOX_APP.clientSecret };
/** Apps that somebody made by hand from the manifest; their tokens are pasted. */
const OWN: App = { id: 'A0OWNAPP', name: 'Tocsin (own app)', botName: 'tocsin-own' };
const NARROW: App = { id: 'A0NARROW', name: 'Tocsin (no e-mail)', botName: 'tocsin-no-email' };

/** Fills empty grants with the seed and returns its workspaces, the main one first. */
export function seed(grants: AppGrants): Workspace[] {
  for (const app of [PUBLISHED, OWN, NARROW]) grants.addApp(app);
  const acme = acmeWorkspace();
  const globex = globexWorkspace();
  grants.install(OWN, acme, ALL_SCOPES, 'xoxb-sandbox-acme');
  grants.install(NARROW, acme, ALL_SCOPES.filter((scope) => scope !== 'users:read.email'), 'xoxb-sandbox-acme-no-email');
  grants.install(OWN, globex, ALL_SCOPES, 'xoxb-sandbox-globex');
  return [acme, globex];
}

function acmeWorkspace(): Workspace {
  const acme = new Workspace('T0ACME0001', 'Acme', 'acme');
  addPeople(acme, [
    person('U0ALICE001', 'alice', 'Alice Adams', 'alice@acme.test'),
    person('U0BOB00001', 'bob', 'Bob Brown', 'bob@acme.test'),
    person('U0NOA00001', 'noa', 'Noa Levi', 'noa@acme.test'),
    { ...person('U0GONE0001', 'gil', 'Gil Gone', 'gil@acme.test'), deleted: true },
    { ...person('U0BUILD001', 'buildbot', 'Build Bot'), botId: 'B0BUILD001' },
    person('USLACKBOT', 'slackbot', 'Slackbot'),
  ]);
  addChannels(acme, ['U0ALICE001', 'U0BOB00001', 'U0NOA00001'], [
    { id: 'C0GENERAL1', name: 'general', purpose: 'Company-wide announcements', isGeneral: true, withApp: true },
    { id: 'C0SECALERT', name: 'sec-alerts', purpose: 'Security issues that need somebody', withApp: true },
    { id: 'C0PAYMENTS', name: 'payments', purpose: 'The payments team' },
    { id: 'C0OLDTEAM1', name: 'old-team', purpose: 'Dissolved in 2024', isArchived: true },
    { id: 'C0SECINTER', name: 'sec-internal', purpose: 'Security team only', kind: 'private', withApp: true },
    { id: 'C0BOARD001', name: 'board', purpose: 'Board members only', kind: 'private' },
    { id: 'C0EXTPARTN', name: 'ext-partner', purpose: 'Shared with Globex', isShared: true, withApp: true },
  ]);
  return acme;
}

function globexWorkspace(): Workspace {
  const globex = new Workspace('T0GLOBEX01', 'Globex', 'globex');
  addPeople(globex, [person('U0HANK0001', 'hank', 'Hank Scorpio', 'hank@globex.test')]);
  addChannels(globex, ['U0HANK0001'], [
    { id: 'C0GLXGENER', name: 'general', purpose: 'Company-wide announcements', isGeneral: true, withApp: true },
    { id: 'C0GLXALERT', name: 'alerts', purpose: 'Alerts', withApp: true },
  ]);
  return globex;
}

/** Adds generated channels and people, numbered on from those generated before. Every twentieth channel has the apps in it. */
export function grow(workspace: Workspace, channels: number, people: number): void {
  const count = (prefix: string, ids: Iterable<string>): number => [...ids].filter((id) => id.startsWith(prefix)).length;
  const bots = [...workspace.people.values()].filter((one) => one.botId !== undefined).map((one) => one.id);
  const numbered = (n: number): string => String(n).padStart(6, '0');
  const firstChannel = count('C1', workspace.channels.keys()) + 1;
  for (let n = firstChannel; n < firstChannel + channels; n += 1) {
    const members = new Set(n % 20 === 0 ? bots : []);
    const id = `C1GEN${numbered(n)}`;
    workspace.channels.set(id, { ...blankChannel(id, `team-${numbered(n)}`), purpose: 'Generated', members });
  }
  const firstPerson = count('U1', workspace.people.keys()) + 1;
  for (let n = firstPerson; n < firstPerson + people; n += 1) {
    const id = `U1GEN${numbered(n)}`;
    const name = `person-${numbered(n)}`;
    workspace.people.set(id, person(id, name, `Person ${numbered(n)}`, `${name}@${workspace.domain}.test`));
  }
}

type SeedChannel = Partial<Channel> & { id: string; name: string; withApp?: boolean };

function addChannels(workspace: Workspace, members: readonly string[], channels: readonly SeedChannel[]): void {
  for (const { withApp, ...channel } of channels) {
    workspace.channels.set(channel.id, { ...blankChannel(channel.id, channel.name), ...channel, members: new Set(members) });
    if (withApp) workspace.appChannels.push(channel.id);
  }
}

function addPeople(workspace: Workspace, people: readonly Person[]): void {
  for (const one of people) workspace.people.set(one.id, one);
}

function person(id: string, name: string, realName: string, email?: string): Person {
  return { id, name, realName, deleted: false, ...(email !== undefined && { email }) };
}

function blankChannel(id: string, name: string): Channel {
  return {
    id, name, kind: 'public', previousNames: [], purpose: '', isGeneral: false, isArchived: false, isShared: false,
    members: new Set(), created: CREATED,
  };
}

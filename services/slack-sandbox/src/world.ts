/** Everything the sandbox knows, in memory. A reset brings back the seed: posted messages, tokens and settings are gone. */
import { AppGrants, type Grant } from './app-grants.js';
import { Faults } from './faults.js';
import { Limits } from './limits.js';
import { byTs, Messages, type Message } from './messages.js';
import { OAuthCodes } from './oauth-codes.js';
import { readToken } from './oauth-tokens.js';
import { RequestLog } from './request-log.js';
import { Rotation } from './rotation.js';
import { PUBLISHED, seed } from './seed.js';
import type { Channel, Person, Workspace } from './workspace.js';

export class World {
  readonly messages: Messages;
  readonly limits: Limits;
  readonly codes: OAuthCodes;
  readonly rotation: Rotation;
  readonly faults = new Faults();
  readonly requests = new RequestLog();
  grants = new AppGrants();
  workspaces: Workspace[];
  /** An admin must approve the app: the consent page sends a request and leads nobody back. */
  needsApproval = false;
  private changes = 0;
  private readonly started: number;

  constructor(
    /** Milliseconds. */
    readonly now: () => number,
  ) {
    this.started = now();
    this.messages = new Messages(now);
    this.limits = new Limits(now);
    this.codes = new OAuthCodes(now);
    this.rotation = new Rotation(now);
    this.workspaces = seed(this.grants);
  }

  /** Another one after everything that the page shows, and after every start. */
  get version(): string {
    return `${this.started}-${this.changes}`;
  }

  changed(): void {
    this.changes += 1;
  }

  workspace(idNameOrDomain: string): Workspace | undefined {
    return this.workspaces.find((workspace) => [workspace.id, workspace.name, workspace.domain].includes(idNameOrDomain));
  }

  /** A channel of any workspace, by id or name, the main workspace first. */
  findChannel(idOrName: string): { channel: Channel; workspace: Workspace } | undefined {
    for (const workspace of this.workspaces) {
      const channel = workspace.findChannel(idOrName);
      if (channel) return { channel, workspace };
    }
    return undefined;
  }

  /** The grant of a token; one from the consent page of an earlier run is restored, since whoever got it has kept it. */
  grantOf(token: string): Grant | undefined {
    const content = readToken(token);
    const known = this.grants.ofToken(token);
    if (known?.state === 'active' && known.expiresAt !== undefined && known.expiresAt <= this.now()) known.state = 'expired';
    if (known !== undefined || content === undefined || content.madeAt >= this.started) return known;
    const workspace = this.workspaces.find(({ domain }) => domain === content.domain);
    return workspace && this.grants.restore(PUBLISHED, workspace, content.scopes, token);
  }

  /** The messages at a channel (id or name) or with a person (id, name or e-mail), oldest first; undefined when there is no such place. */
  messagesAt(wanted: string): Message[] | undefined {
    const found = this.findChannel(wanted)?.channel;
    if (found !== undefined && found.kind !== 'im') return this.messages.list(found.id);
    if (found?.id === wanted) return this.messages.list(wanted);
    const user = this.findPerson(wanted);
    if (user === undefined) return undefined;
    const direct = this.workspaces.flatMap((workspace) => workspace.conversations()).filter(({ userId }) => userId === user.id);
    return direct.flatMap(({ id }) => this.messages.list(id)).sort(byTs);
  }

  private findPerson(wanted: string): Person | undefined {
    const name = wanted.replace(/^@/, '');
    return this.workspaces.flatMap(({ people }) => [...people.values()]).find((person) => [person.id, person.name, person.email].includes(name));
  }

  reset(): void {
    this.grants = new AppGrants();
    this.workspaces = seed(this.grants);
    this.needsApproval = false;
    for (const part of [this.messages, this.codes, this.requests]) part.clear();
    for (const part of [this.faults, this.limits, this.rotation]) part.reset();
    this.changed();
  }
}

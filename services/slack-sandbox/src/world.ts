/** Everything the sandbox knows, in memory. A reset brings back the seed: posted messages, tokens and settings are gone. */
import { AppGrants } from './app-grants.js';
import { Faults } from './faults.js';
import { Limits } from './limits.js';
import { Messages } from './messages.js';
import { OAuthCodes } from './oauth-codes.js';
import { RequestLog } from './request-log.js';
import { seed } from './seed.js';
import type { Channel, Workspace } from './workspace.js';

export class World {
  readonly messages: Messages;
  readonly limits: Limits;
  readonly codes: OAuthCodes;
  readonly faults = new Faults();
  readonly requests = new RequestLog();
  grants = new AppGrants();
  workspaces: Workspace[];
  private changes = 0;

  constructor(
    /** Milliseconds. */
    readonly now: () => number,
  ) {
    this.messages = new Messages(now);
    this.limits = new Limits(now);
    this.codes = new OAuthCodes(now);
    this.workspaces = seed(this.grants);
  }

  /** Grows with everything that the page shows. */
  get version(): number {
    return this.changes;
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

  reset(): void {
    this.grants = new AppGrants();
    this.workspaces = seed(this.grants);
    for (const part of [this.messages, this.codes, this.requests]) part.clear();
    for (const part of [this.faults, this.limits]) part.reset();
    this.changed();
  }
}

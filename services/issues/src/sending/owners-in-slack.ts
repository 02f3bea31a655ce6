/**
 * Who the owners of issues are in a workspace, for the message before it is sent. Notifier is asked, which mentions them: it
 * keeps the directory. Asked about are owners of issues that the caller may see, never an address out of a request.
 */
import { Injectable } from '@nestjs/common';

import type { SendToSlack } from '@tocsin/contracts';
import { InternalClient, PeerUnavailable } from '@tocsin/platform';

@Injectable()
export class OwnersInSlack {
  constructor(private readonly peers: InternalClient) {}

  /** Slack ids of those whom the message mentions as owners; undefined = nobody can say so now. */
  async of({ organizationId, connectionId, issues, options }: SendToSlack): Promise<string[] | undefined> {
    const owners = options?.mention?.owner === true ? issues.flatMap((issue) => issue.owners) : [];
    if (owners.length === 0) return [];
    try {
      const known = await this.peers.post<{ ids: string[] }>('notifier', '/internal/people', { organizationId, connectionId, emails: [...new Set(owners)] });
      return known?.ids;
    } catch (error) {
      if (error instanceof PeerUnavailable) return undefined;
      throw error;
    }
  }
}

/** CONNECT by IDENTITY PROVIDER: leaves for Slack's consent page, and remembers in this browser that an answer is awaited. */
import type { Connection } from '@tocsin/contracts';

import { useConnectWithOauth } from '../api/connections.js';
import { useClaims } from '../session/session.js';
import { departures } from './departure.js';

interface Leaving {
  /** For the connection that is to be renewed, or for whichever workspace is chosen at Slack. */
  leave: (renewed?: { id: string; name: string }) => void;
  isLeaving: boolean;
  error: Error | null;
  reset: () => void;
}

export function useLeaveForSlack(): Leaving {
  const claims = useClaims();
  const { mutate, isPending, isSuccess, error, reset } = useConnectWithOauth();
  return {
    leave: (renewed) => {
      mutate(renewed?.id, {
        onSuccess: ({ authorizeUrl }) => {
          if (claims) departures.keep({ user: claims.user, organization: claims.organization, at: new Date().toISOString(), ...(renewed && { connectionId: renewed.id, workspace: renewed.name }) });
          window.location.assign(authorizeUrl);
        },
      });
    },
    isLeaving: isPending || isSuccess,
    error,
    reset,
  };
}

export function renewalOf({ id, workspace }: Pick<Connection, 'id' | 'workspace'>): { id: string; name: string } {
  return { id, name: workspace.name };
}

/** Whoever sends or builds workflows may see the connections, too. */
import { useCan } from '../session/session.js';

export function useMayListConnections(): boolean {
  const configures = useCan('connectors:configure');
  const sends = useCan('issues:send');
  const edits = useCan('workflows:edit');
  return configures || sends || edits;
}

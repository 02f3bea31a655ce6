/** How much of a workspace's channels and people the picker knows. */
import { useDirectory } from '../api/connections.js';

export function DirectoryFact({ connectionId }: { connectionId: string }) {
  const { data } = useDirectory(connectionId);
  if (!data) return '…';
  const { channels, people, state, reason } = data;
  const counts = `${channels.have.toLocaleString('en')} channels, ${people.have.toLocaleString('en')} people`;
  return state === 'idle' ? counts : `${counts}, ${state}${reason === undefined ? '' : `: ${reason}`}`;
}

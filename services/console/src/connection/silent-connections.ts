/** Which connections everybody should know of, wherever they are in the console: nothing is sent over them. */
import type { Connection } from '@tocsin/contracts';

type Seen = Pick<Connection, 'id' | 'health' | 'paused'>;

/** One that is both is lost: resuming it would not help. */
export function silentConnections<T extends Seen>(connections: readonly T[]): { lost: T[]; paused: T[] } {
  const lost = connections.filter(({ health }) => health.state === 'revoked');
  return { lost, paused: connections.filter((connection) => connection.paused && !lost.includes(connection)) };
}

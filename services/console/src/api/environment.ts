/** What the front tells before anybody has signed in. */
import { useQuery, type UseQueryResult } from '@tanstack/react-query';

import type { ConsoleEnvironment } from '../../server/environment.js';
import { call } from './client.js';

export function useEnvironment(): UseQueryResult<ConsoleEnvironment> {
  return useQuery({ queryKey: ['environment'], queryFn: () => call<ConsoleEnvironment>('GET', '/console/environment.json'), staleTime: Infinity });
}

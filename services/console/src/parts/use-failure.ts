/** The failure of what was asked for, until it comes: a question that is asked again forgets it, and what is said and has the focus would come and go. */
import type { UseQueryResult } from '@tanstack/react-query';
import { useState } from 'react';

export interface Failure {
  error: Error;
  onRetry: () => void;
  /** It is asked for again at this moment. */
  busy: boolean;
}

type Asked = Pick<UseQueryResult<unknown>, 'data' | 'error' | 'errorUpdateCount' | 'isFetching'> & { refetch: () => Promise<unknown> };

export function useFailure({ data, error, errorUpdateCount, isFetching, refetch }: Asked): Failure | undefined {
  const [last, setLast] = useState(error);
  if (error && error !== last) setLast(error);
  const standing = error ?? (data === undefined && errorUpdateCount > 0 ? last : null);
  return standing ? { error: standing, onRetry: () => void refetch(), busy: isFetching } : undefined;
}

/** How many deliveries are in each state, as far as it is known: a number that is not true any more is not shown. */
import type { UseQueryResult } from '@tanstack/react-query';

import type { DeliveryCounts } from '@tocsin/contracts';

export type StateCounts = DeliveryCounts['byState'];

type CountsAnswer = Pick<UseQueryResult<DeliveryCounts>, 'data' | 'isError' | 'isPlaceholderData' | 'failureCount' | 'errorUpdateCount'>;

/** The numbers as far as they may be shown: none that is of before a failure, and what stands in only while nothing has failed. */
export function countsOf({ data, isError, isPlaceholderData, failureCount, errorUpdateCount }: CountsAnswer): DeliveryCounts | undefined {
  const standIn = isPlaceholderData && failureCount + errorUpdateCount > 0;
  return isError || standIn ? undefined : data;
}

/** Asking again has no error of its own until it fails as well. */
export function haveCountsFailed({ data, isError, isPlaceholderData, errorUpdateCount }: CountsAnswer): boolean {
  return isError || (errorUpdateCount > 0 && (isPlaceholderData || data === undefined));
}

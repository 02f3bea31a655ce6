/** Keeps what is shown of deliveries true while they change: by the stream where it can be had, else by asking again. */
import { useQueryClient, type Query, type QueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';

import type { Delivery } from '@tocsin/contracts';

import { useVisible } from '../parts/use-visible.js';
import { queryString, type Query as Filter } from './client.js';
import { readable } from './deliveries.js';
import { deliveryChanges } from './delivery-changes.js';
import { followEvents } from './event-stream.js';
import { rounds, type Rounds } from './rounds.js';

/** A burst of changes makes the list be asked anew this often at most. */
const REFRESH_MS = 1_500;
const SHOWN = ['deliveries', 'delivery-counts', 'delivery-reasons'];

/** @returns whether changes arrive by themselves at this moment */
export function useLiveDeliveries(filter: Filter, { enabled }: { enabled: boolean }): boolean {
  const queries = useQueryClient();
  const [live, setLive] = useState(false);
  const isVisible = useVisible();
  const path = `/v1/deliveries/stream${queryString(filter)}`;
  useEffect(() => {
    // a browser opens few connections to one host, and every tab would hold one
    if (!enabled || !isVisible) return undefined;
    const refresh = refresher(queries);
    const changes = deliveryChanges(queries);
    const lookAnew = (): void => {
      refresh.soon();
      void queries.invalidateQueries({ queryKey: ['delivery'] });
    };
    const stop = followEvents(path, {
      // what happened before the stream began is not told by it
      onOpen: () => { setLive(true); lookAnew(); },
      onEvent: ({ event, data }) => {
        if (event === 'delivery') changes.add(readable(JSON.parse(data) as Delivery));
        if (event === 'reset') lookAnew();
        else refresh.soon();
      },
      onDown: () => { setLive(false); },
    });
    return () => {
      stop();
      refresh.cancel();
      changes.cancel();
      setLive(false);
    };
  }, [enabled, isVisible, path, queries]);
  return live;
}

/** What never came says why, until somebody asks again. */
function hasNotFailed({ state: { status, data } }: Query): boolean {
  return status !== 'error' || data !== undefined;
}

function refresher(queries: QueryClient): Rounds {
  return rounds(REFRESH_MS, async () => {
    // what is under way is left alone, so that slow answers arrive; but what it brings may be older than the change
    const underWay = SHOWN.flatMap((key) => queries.getQueryCache().findAll({ queryKey: [key], fetchStatus: 'fetching' }));
    await Promise.all(SHOWN.map((key) => queries.invalidateQueries({ queryKey: [key], predicate: hasNotFailed }, { cancelRefetch: false })));
    return underWay.some(({ state }) => state.status === 'success');
  });
}

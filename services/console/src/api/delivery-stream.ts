/** Keeps what is shown of deliveries true while they change: by the stream where it can be had, else by asking again. */
import { useQueryClient, type Query, type QueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';

import type { Delivery } from '@tocsin/contracts';

import { useVisible } from '../parts/use-visible.js';
import { queryString, type Query as Filter } from './client.js';
import { readable, type DeliveryPages } from './deliveries.js';
import { followEvents } from './event-stream.js';
import { rounds, type Rounds } from './rounds.js';

/** A burst of changes is drawn, and makes the list be asked anew, this often at most. */
const DRAW_MS = 500;
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
    const drawing = drawer(queries);
    const lookAnew = (): void => {
      refresh.soon();
      void queries.invalidateQueries({ queryKey: ['delivery'] });
    };
    const stop = followEvents(path, {
      // what happened before the stream began is not told by it
      onOpen: () => { setLive(true); lookAnew(); },
      onEvent: ({ event, data }) => {
        if (event === 'delivery') drawing.add(readable(JSON.parse(data) as Delivery));
        if (event === 'reset') lookAnew();
        else refresh.soon();
      },
      onDown: () => { setLive(false); },
    });
    return () => {
      stop();
      refresh.cancel();
      drawing.cancel();
      setLive(false);
    };
  }, [enabled, isVisible, path, queries]);
  return live;
}

/** Drawing a long list takes longer than the next change does to come: what comes meanwhile is drawn together. */
function drawer(queries: QueryClient): { add: (delivery: Delivery) => void; cancel: () => void } {
  let changed = new Map<string, Delivery>();
  const { soon, cancel } = rounds(DRAW_MS, () => {
    put(queries, changed);
    changed = new Map();
    return Promise.resolve(false);
  });
  return {
    add: (delivery) => {
      changed.set(delivery.id, newer(delivery, changed.get(delivery.id)));
      soon();
    },
    cancel,
  };
}

/** In every list that shows them; lists that they now belong to or no longer do are asked anew. */
function put(queries: QueryClient, changed: ReadonlyMap<string, Delivery>): void {
  queries.setQueriesData<DeliveryPages>({ queryKey: ['deliveries'] }, (list) => list && {
    ...list,
    pages: list.pages.map((page) => ({ ...page, items: page.items.map((item) => newer(item, changed.get(item.id))) })),
  });
  void queries.invalidateQueries({ queryKey: ['delivery'], predicate: ({ queryKey: [, id] }) => typeof id === 'string' && changed.has(id) });
}

function newer(one: Delivery, other: Delivery | undefined): Delivery {
  return other && one.version < other.version ? other : one;
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

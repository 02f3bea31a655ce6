/** Changes of deliveries on their way into what is shown. Drawing a long list takes longer than the next change does to come: what comes meanwhile is drawn together. */
import type { QueryClient } from '@tanstack/react-query';

import type { Delivery } from '@tocsin/contracts';

import type { DeliveryPages } from './deliveries.js';
import { rounds } from './rounds.js';

/** A burst of changes is drawn this often at most. */
const DRAW_MS = 500;

export function deliveryChanges(queries: QueryClient): { add: (delivery: Delivery) => void; cancel: () => void } {
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

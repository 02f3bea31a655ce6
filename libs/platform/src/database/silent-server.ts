/**
 * A server whose host vanishes says nothing more, and TCP itself waits for a quarter of an hour until it gives up what was sent
 * there. A query that has heard nothing for much longer than any may take ends, as one does whose connection was lost.
 */
import type { Socket } from 'node:net';

import type pg from 'pg';

/** What pg does not show in its types. */
interface Inside {
  connection: { stream: Socket };
  readyForQuery: boolean;
}

/** @param mayEnd asked when nothing was heard about a query for `silenceMs` */
export function endWhenSilent(client: pg.ClientBase, silenceMs: number, mayEnd: () => boolean): void {
  const { connection: { stream } } = client as unknown as Inside;
  stream.setTimeout(silenceMs, () => {
    const isIdle = (client as unknown as Inside).readyForQuery;
    if (!isIdle && mayEnd()) stream.destroy(Object.assign(new Error('PostgreSQL says nothing any more.'), { code: 'ETIMEDOUT' }));
  });
}

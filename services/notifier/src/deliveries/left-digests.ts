import type { EntityManager } from 'typeorm';

import { keyColumns, type DeliveryKey } from './delivery-key.js';

/**
 * Digests that some of their members left: they are written anew before they are posted. With their lanes locked.
 * @returns those that wait and of which nothing is left
 */
export async function outdateLeft(tx: EntityManager, digests: readonly DeliveryKey[]): Promise<DeliveryKey[]> {
  const keys = keyColumns(digests);
  await tx.query('update digests set outdated = true where (organization_id, digest_id) in (select * from unnest($1::text[], $2::text[])) and not outdated', keys);
  const [left] = await tx.query<[(DeliveryKey & { is_empty: boolean })[], number]>(
    `update deliveries d set version = version + 1 where (d.organization_id, d.delivery_id) in (select * from unnest($1::text[], $2::text[])) and d.state = 'waiting'
     returning d.organization_id, d.delivery_id, not exists (select 1 from deliveries m where m.organization_id = d.organization_id and m.digest_id = d.delivery_id) as is_empty`,
    keys,
  );
  return left.filter(({ is_empty }) => is_empty);
}

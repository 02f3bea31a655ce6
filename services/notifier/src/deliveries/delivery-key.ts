/** The key of a delivery's row. */
export interface DeliveryKey {
  organization_id: string;
  delivery_id: string;
}

/** As parameters of a statement: `unnest($1::text[], $2::text[])` makes rows of them again. */
export function keyColumns(keys: readonly DeliveryKey[]): [organizations: string[], deliveries: string[]] {
  return [keys.map(({ organization_id }) => organization_id), keys.map(({ delivery_id }) => delivery_id)];
}

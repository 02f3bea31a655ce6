/** Statements that are asked many times a second: PostgreSQL parses and plans each of them once for a connection. */
import pg, { type CustomTypesConfig, type Pool, type PoolClient } from 'pg';
import { EntityManager, type DataSource } from 'typeorm';

/** By their text; a connection knows a prepared statement by its name. */
const names = new Map<string, string>();

/** Leaves `json` (not `jsonb`) unread, for whoever reads it later or never. As bytes, which lie beside the heap: what is kept for long costs garbage collection nothing. */
export const JSON_AS_BYTES: CustomTypesConfig = { getTypeParser: (type: Parameters<typeof pg.types.getTypeParser>[0]) => (type === pg.types.builtins.JSON ? toBytes : pg.types.getTypeParser(type)) as never };

function toBytes(text: string): Buffer {
  return Buffer.from(text);
}

/**
 * Asks `text`, which must be a constant, as a named prepared statement, past TypeORM's own handling of queries.
 * @param within a transaction, or a database for a connection of its own
 * @param types how values are read, unless as always
 * @returns the rows, also of an update or delete
 */
export async function prepared<Row extends object>(within: DataSource | EntityManager, text: string, values: unknown[], types?: CustomTypesConfig): Promise<Row[]> {
  let name = names.get(text);
  if (name === undefined) names.set(text, (name = `tocsin_${names.size + 1}`));
  const client = within instanceof EntityManager ? await clientOf(within) : poolOf(within);
  const { rows } = await client.query<Row>({ name, text, values, ...(types && { types }) });
  return rows;
}

async function clientOf({ queryRunner }: EntityManager): Promise<PoolClient> {
  if (!queryRunner) throw new Error('a prepared statement needs a transaction, or the database itself');
  return (await queryRunner.connect()) as PoolClient;
}

function poolOf({ driver }: DataSource): Pool {
  return (driver as unknown as { master: Pool }).master;
}

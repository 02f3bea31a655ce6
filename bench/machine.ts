/** What the figures were measured on, in one line. */
import { spawnSync } from 'node:child_process';
import { cpus, totalmem } from 'node:os';

import { connect } from 'amqplib';
import pg from 'pg';

import { ROOT, testBrokerUrl, testServerUrl } from '@tocsin/testing';

export async function describeMachine(): Promise<string> {
  const [processor] = cpus();
  const memory = Math.round(totalmem() / 1024 ** 3);
  return [`${cpus().length} × ${processor?.model.trim() ?? 'processor'}, ${memory} GB`, `Node ${process.versions.node}`, await postgres(), await rabbitmq(), commit()].join('; ');
}

async function postgres(): Promise<string> {
  const client = new pg.Client({ connectionString: testServerUrl() });
  await client.connect();
  const { rows } = await client.query<{ version: string; fsync: string; synchronous: string }>(
    `select current_setting('server_version') as version, current_setting('fsync') as fsync, current_setting('synchronous_commit') as synchronous`,
  );
  await client.end();
  const [row] = rows;
  return `PostgreSQL ${row?.version ?? ''} (fsync ${row?.fsync ?? ''}, synchronous_commit ${row?.synchronous ?? ''})`;
}

async function rabbitmq(): Promise<string> {
  const connection = await connect(testBrokerUrl(), { timeout: 5000, noDelay: true });
  const { version } = connection.connection.serverProperties as { version?: string };
  await connection.close();
  return `RabbitMQ ${version ?? ''}`;
}

function commit(): string {
  const { status, stdout } = spawnSync('git', ['describe', '--always', '--dirty'], { cwd: ROOT, encoding: 'utf8' });
  return status === 0 ? `commit ${stdout.trim()}` : 'no commit';
}

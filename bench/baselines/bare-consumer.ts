/**
 * The bare consumer: amqplib, undici, rows in batches, then the acknowledgements. No retries beyond Retry-After, no order, no
 * pacing, no leases; it marks what the machine could do if nobody asked for more.
 */
import { connect, type ConsumeMessage } from 'amqplib';
import pg from 'pg';
import { Pool } from 'undici';

import type { SendToSlack } from '@tocsin/contracts';

import { tokenOf } from '../traffic.js';
import { simpleMessage } from './simple-message.js';

interface Done {
  message: ConsumeMessage;
  command: SendToSlack;
  ts: string;
}

const { DATABASE_URL, AMQP_URL = '', QUEUE = '', SLACK_API_URL = '', CONCURRENCY = '32' } = process.env;
const BATCH = 100;
const BATCH_MS = 10;

const slack = new URL(SLACK_API_URL);
const http = new Pool(slack.origin, { connections: Number(CONCURRENCY) });
const database = new pg.Pool({ connectionString: DATABASE_URL, max: 4 });

const connection = await connect(AMQP_URL, { noDelay: true });
const channel = await connection.createChannel();
const waiting: ConsumeMessage[] = [];
let inFlight = 0;
let done: Done[] = [];
let timer: NodeJS.Timeout | undefined;

await channel.prefetch(600);
await channel.consume(QUEUE, (message) => {
  if (message) waiting.push(message);
  fill();
});
process.stdout.write(`The bare consumer is ready for ${slack.origin}\n`);

/** Keeps as many requests in flight as may be. */
function fill(): void {
  while (inFlight < Number(CONCURRENCY)) {
    const message = waiting.shift();
    if (!message) return;
    inFlight += 1;
    void deliver(message).finally(() => {
      inFlight -= 1;
      fill();
    });
  }
}

async function deliver(message: ConsumeMessage): Promise<void> {
  const command = JSON.parse(message.content.toString()) as SendToSlack;
  const body = JSON.stringify(simpleMessage(command));
  const headers = { 'content-type': 'application/json; charset=utf-8', authorization: `Bearer ${tokenOf(command.connectionId)}` };
  for (;;) {
    const answer = await http.request({ method: 'POST', path: `${slack.pathname}chat.postMessage`, headers, body });
    const { ok, ts = '' } = (await answer.body.json()) as { ok: boolean; ts?: string };
    if (ok) {
      record({ message, command, ts });
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, Number(answer.headers['retry-after'] ?? 1) * 1000));
  }
}

function record(one: Done): void {
  done.push(one);
  if (done.length >= BATCH) void flush();
  else timer ??= setTimeout(() => void flush(), BATCH_MS);
}

async function flush(): Promise<void> {
  clearTimeout(timer);
  timer = undefined;
  const batch = done;
  done = [];
  if (batch.length === 0) return;
  const rows = batch.map(({ command, ts }) => ({ id: command.commandId, channel: 'id' in command.destination ? command.destination.id : '', ts, command }));
  await database.query(
    `insert into deliveries (id, channel, ts, command) select r.id, r.channel, r.ts, r.command from jsonb_to_recordset($1::jsonb) r (id text, channel text, ts text, command jsonb)
     on conflict do nothing`,
    [JSON.stringify(rows)],
  );
  for (const { message } of batch) channel.ack(message);
}

/** Sends commands at their times and remembers when each really left. */
import { setTimeout as sleep } from 'node:timers/promises';

import type { SendToSlack } from '@tocsin/contracts';

import { send, type Contender } from './contenders/contender.js';

export interface Planned {
  /** Milliseconds after the first. */
  afterMs: number;
  command: SendToSlack;
}

export interface Sent {
  command: SendToSlack;
  /** Just before it was handed to RabbitMQ; milliseconds since 1970. */
  at: number;
}

const TICK_MS = 5;
const PART = 2000;

/** @param plan in the order of its times */
export async function sendOnTime(contender: Contender, plan: readonly Planned[]): Promise<Sent[]> {
  const begin = performance.now();
  const sent: Sent[] = [];
  const onTheWay: Promise<void>[] = [];
  while (sent.length < plan.length) {
    const now = performance.now() - begin;
    const due = plan.slice(sent.length).slice(0, 1000).filter(({ afterMs }) => afterMs <= now).map(({ command }) => command);
    const at = Date.now();
    sent.push(...due.map((command) => ({ command, at })));
    if (due.length > 0) onTheWay.push(send(contender, due));
    await sleep(TICK_MS);
  }
  await Promise.all(onTheWay);
  return sent;
}

/** Sends many without holding them all in memory. */
export async function sendMany(contender: Contender, count: number, commandOf: (index: number) => SendToSlack): Promise<void> {
  for (let begin = 0; begin < count; begin += PART) await send(contender, Array.from({ length: Math.min(PART, count - begin) }, (_, index) => commandOf(begin + index)));
}

/** `perSecond` evenly for so long. */
export function evenly(durationMs: number, perSecond: number, commandOf: (index: number) => SendToSlack): Planned[] {
  return Array.from({ length: Math.floor((durationMs / 1000) * perSecond) }, (_, index) => ({ afterMs: (index * 1000) / perSecond, command: commandOf(index) }));
}

export function channelOf({ destination }: SendToSlack): string {
  return 'id' in destination ? destination.id : '';
}

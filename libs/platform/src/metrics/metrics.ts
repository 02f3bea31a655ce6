/** Prometheus metrics of one service, in a registry of its own so that several services can live in one process. */
import { Injectable } from '@nestjs/common';
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

import { within } from '../bus/waiting.js';

/** Whoever asks for metrics gives up soon after, and would get none of them. */
const PATIENCE_MS = 4000;

@Injectable()
export class Metrics {
  readonly registry = new Registry();

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  counter<L extends string>(name: string, help: string, labelNames: readonly L[]): Counter<L> {
    return new Counter({ name, help, labelNames, registers: [this.registry] });
  }

  histogram<L extends string>(name: string, help: string, labelNames: readonly L[], buckets: number[]): Histogram<L> {
    return new Histogram({ name, help, labelNames, buckets, registers: [this.registry] });
  }

  /** A gauge that asks for its value when it is read. While that cannot be had it is left out, and all others are told. */
  gauge(name: string, help: string, read: () => Promise<number>): Gauge {
    return new Gauge({
      name,
      help,
      registers: [this.registry],
      async collect(): Promise<void> {
        const value = await within(PATIENCE_MS, name, read()).catch(() => undefined);
        if (value === undefined) this.remove();
        else this.set(value);
      },
    });
  }

  /** As {@link gauge}, with a value for each `label` there is now: one that is gone is no longer told. */
  gaugeBy<L extends string>(name: string, help: string, label: L, read: () => Promise<(Record<L, string> & { count: number })[]>): Gauge<L> {
    return new Gauge({
      name,
      help,
      labelNames: [label],
      registers: [this.registry],
      async collect(): Promise<void> {
        const rows = await within(PATIENCE_MS, name, read()).catch(() => []);
        this.reset();
        for (const { count, ...labels } of rows) this.set(labels as unknown as Record<L, string>, count);
      },
    });
  }
}

import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { afterEach, describe, expect, test } from '@jest/globals';

import { eventually } from '@tocsin/testing';

import { Job } from './job.js';

const NEVER = 3_600_000;

class CountedJob extends Job {
  passes = 0;
  readonly told: unknown[] = [];

  constructor(private readonly work: (pass: number) => Promise<boolean | undefined>) {
    const told: unknown[] = [];
    const tell = (facts: unknown): void => { told.push(facts); };
    super('counted', NEVER, { warn: tell, info: tell });
    this.told = told;
  }

  pass(): Promise<boolean | undefined> {
    this.passes += 1;
    return this.work(this.passes);
  }

  /** As a pass says that found nothing to do yet. */
  isDueIn(ms: number | undefined): void {
    this.wakeIn(ms);
  }
}

let job: CountedJob;

function working(work: (pass: number) => Promise<boolean | undefined>): CountedJob {
  job = new CountedJob(work);
  return job;
}

afterEach(() => job.onModuleDestroy());

describe('a job', () => {
  test('of a module begins with its service, and ends with it', async () => {
    @Module({ providers: [{ provide: CountedJob, useFactory: () => working(() => Promise.resolve(false)) }] })
    class Service {}
    const app = await NestFactory.createApplicationContext(Service, { logger: false });
    await eventually(() => job.passes === 1);
    await app.close();
    job.wake();
    expect(job.passes).toBe(1);
  });

  test('goes on at once while there is more, and when it is woken', async () => {
    await working((pass) => Promise.resolve(pass < 3)).onApplicationBootstrap();
    await eventually(() => job.passes === 3);
    job.wake();
    await eventually(() => job.passes === 4);
  });

  test('begins when something is due, as it was said last', async () => {
    await working(() => Promise.resolve(false)).onApplicationBootstrap();
    await eventually(() => job.passes === 1);
    job.isDueIn(10);
    job.isDueIn(undefined);
    job.isDueIn(30.5);
    job.isDueIn(20);
    await eventually(() => job.passes === 2);
    job.isDueIn(NEVER); // its next look comes before
    expect(job.passes).toBe(2);
  });

  test('that is woken during a pass looks once more after it', async () => {
    let end: (() => void) | undefined;
    await working((pass) => (pass === 1 ? new Promise((resolve) => { end = () => { resolve(false); }; }) : Promise.resolve(false))).onApplicationBootstrap();
    job.wake();
    end?.();
    await eventually(() => job.passes === 2);
  });

  test('tries a pass that failed again, and says so', async () => {
    await working((pass) => (pass === 1 ? Promise.reject(new Error('away')) : Promise.resolve(false))).onApplicationBootstrap();
    await eventually(() => job.told.length === 1);
    job.wake();
    await eventually(() => job.passes === 2);
    expect(job.told).toMatchObject([{ loop: 'counted', failures: 1 }, { loop: 'counted', failures: 1 }]);
  });

  test('that fails for long says so in ever fewer lines, and once that it goes on', async () => {
    await working((pass) => (pass <= 20 ? Promise.reject(new Error('away')) : Promise.resolve(false))).onApplicationBootstrap();
    await eventually(() => {
      job.wake();
      return job.passes === 21;
    });
    await eventually(() => job.told.length === 6);
    expect(job.told).toMatchObject([1, 2, 4, 8, 16, 20].map((failures) => ({ failures })));
  });

  test('that is stopped lets its pass end and begins no other', async () => {
    let end: (() => void) | undefined;
    await working(() => new Promise((resolve) => { end = () => { resolve(true); }; })).onApplicationBootstrap();
    const order: string[] = [];
    const stopped = job.onModuleDestroy().then(() => { order.push('stopped'); });
    order.push('asked');
    end?.();
    await stopped;
    expect(order).toEqual(['asked', 'stopped']);
    expect(job.passes).toBe(1);
  });
});

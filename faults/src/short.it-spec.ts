import 'reflect-metadata';

import { describe, expect, test } from '@jest/globals';

import { hasTestBroker } from '@tocsin/testing';

import { newSeed } from './random.js';
import { play } from './scenario.js';
import { SHORT } from './scenarios/short.js';
import { sharedServers } from './system/servers.js';

const SEED = process.env.SEED === undefined ? newSeed() : Number(process.env.SEED);

(hasTestBroker() ? describe : describe.skip)(`nothing is lost and nothing is doubled that need not be (SEED=${SEED})`, () => {
  test.each(SHORT.map((scenario) => [scenario.fault, scenario] as const))('%s', async (_, scenario) => {
    expect((await play(scenario, sharedServers(), SEED, true)).problems).toEqual([]);
  }, 400_000);
});

/** The faults that every change is tested with: one of each kind, with little load, on the servers that the tests share. */
import type { Scenario } from '../scenario.js';
import { connectionsClosed } from './broker.js';
import { CRASH_WINDOWS } from './crash-windows.js';
import { notifierKilled, notifierTerminated } from './processes.js';
import { postsThenResets } from './slack.js';

const LITTLE = { byHand: 16, commands: 80, seconds: 2 };

export const SHORT: readonly Scenario[] = [
  ...[notifierKilled(1), notifierTerminated(1), connectionsClosed, postsThenResets].map((scenario) => ({ ...scenario, load: LITTLE })),
  ...CRASH_WINDOWS.filter(({ name }) => name === 'window-9-answer-read'),
];

/**
 * The faults that every change is tested with, with little load, on the servers that the tests share. Answers of Slack that are
 * lost have tests of their own in notifier.
 */
import type { Scenario } from '../scenario.js';
import { connectionsClosed } from './broker.js';
import { CRASH_WINDOWS } from './crash-windows.js';
import { notifierKilled, notifierTerminated } from './processes.js';

const LITTLE = { byHand: 16, commands: 80, seconds: 2 };

export const SHORT: readonly Scenario[] = [
  ...[notifierKilled(1), notifierTerminated(1), connectionsClosed].map((scenario) => ({ ...scenario, load: LITTLE })),
  ...CRASH_WINDOWS.filter(({ name }) => name === 'window-9-answer-read'),
];

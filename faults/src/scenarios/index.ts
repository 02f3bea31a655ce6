import type { Scenario } from '../scenario.js';
import { CRASH_WINDOWS } from './crash-windows.js';
import { PROCESS_FAULTS } from './processes.js';

/** Every fault that the suite knows, in the order in which they are played. */
export const SCENARIOS: readonly Scenario[] = [...CRASH_WINDOWS, ...PROCESS_FAULTS];

import type { Scenario } from '../scenario.js';
import { BROKER_FAULTS } from './broker.js';
import { CRASH_WINDOWS } from './crash-windows.js';
import { DATABASE_FAULTS } from './database.js';
import { LINK_FAULTS } from './links.js';
import { LIVING_FAULTS } from './living.js';
import { MESSAGE_FAULTS } from './messages.js';
import { PEOPLE_WHILE_BROKEN } from './people.js';
import { PROCESS_FAULTS } from './processes.js';
import { SLACK_FAULTS } from './slack.js';

/** Every fault that the suite knows, in the order in which they are played. */
export const SCENARIOS: readonly Scenario[] = [...CRASH_WINDOWS, ...PROCESS_FAULTS, ...BROKER_FAULTS, ...DATABASE_FAULTS, ...LINK_FAULTS, ...SLACK_FAULTS, ...LIVING_FAULTS, ...PEOPLE_WHILE_BROKEN, ...MESSAGE_FAULTS];

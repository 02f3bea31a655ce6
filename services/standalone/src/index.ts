/** Everything in one process, for programs that start it themselves. */
export { startStandalone, type Standalone } from './start-standalone.js';

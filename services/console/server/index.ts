/** The front, for the process that holds everything. Importing it starts nothing. */
export type { ConsoleEnvironment } from './environment.js';
export { createFront, type FrontOptions } from './front.js';
export type { FrontLog } from './front-log.js';
export { BUILT_APP } from './app-files.js';
export { PEER_NAMES, ownerOf, type PeerName, type Peers } from './routes.js';

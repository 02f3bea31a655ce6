/** The front, for the process that holds everything. Importing it starts nothing. */
export { createFront, type ConsoleEnvironment, type FrontLog, type FrontOptions } from './front.js';
export { BUILT_APP } from './app-files.js';
export { PEER_NAMES, ownerOf, type PeerName, type Peers } from './routes.js';

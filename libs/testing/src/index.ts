export * from './builders.js';
export * from './declared-problem.js';
export * from './eventually.js';
export * from './free-port.js';
export * from './start-process.js';
export * from './test-broker.js';
export * from './test-database.js';
export * from './test-issuer.js';

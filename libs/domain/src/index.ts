export * from './connection.js';
export * from './delivery.js';
export * from './destination.js';
export * from './issue.js';
export * from './permissions.js';
export * from './scopes.js';
export * from './slack-error-codes.js';
export * from './slack-failure.js';

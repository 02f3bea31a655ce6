export * from './permalink.js';
export * from './signature.js';
export type { SlackAnswer, SlackPage } from './slack-answer.js';
export * from './slack-base-url.js';
export * from './slack-door.js';
export * from './slack-host.js';
export type { Installation, PostedMessage, SlackChannel, SlackIdentity, SlackPerson } from './slack-results.js';
export { readPerson } from './slack-results.js';
export { closeSlackConnections } from './slack-transport.js';

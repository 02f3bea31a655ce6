/** All Web API methods of the sandbox by name, but oauth.v2.access, which is called without a token. */
import { authMethods } from './auth.js';
import { chatMethods } from './chat.js';
import { conversationMethods } from './conversations.js';
import type { Method } from './method.js';
import { userMethods } from './users.js';

export const METHODS: ReadonlyMap<string, Method> = new Map(
  Object.entries({ ...authMethods, ...conversationMethods, ...userMethods, ...chatMethods }),
);

/** What a service is given instead of making itself, because it differs between one process for all and a process each. */
import type { TokenIssuer } from '../auth/token-verifier.js';
import type { MessageBus } from '../bus/message-bus.js';
import type { Peers } from '../http/internal.client.js';
import type { Logger } from '../logging/logger.js';

export interface ServiceRuntime {
  bus: MessageBus;
  peers: Peers;
  logger: Logger;
  tokenIssuer?: TokenIssuer | undefined;
}

import type { ServiceDefinition } from '@tocsin/platform';

import { ConnectorConfig } from './connector.config.js';
import { ConnectorModule } from './connector.module.js';
import { SLACK_CALL_PATHS } from './slack-events/slack-events.controller.js';

export const connectorService: ServiceDefinition<ConnectorConfig> = {
  service: 'connector',
  config: ConnectorConfig,
  register: (config, runtime) => ConnectorModule.register(config, runtime),
  streamed: SLACK_CALL_PATHS,
};

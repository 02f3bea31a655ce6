import type { ServiceDefinition } from '@tocsin/platform';

import { ConnectorConfig } from './connector.config.js';
import { ConnectorModule } from './connector.module.js';

export const connectorService: ServiceDefinition<ConnectorConfig> = {
  service: 'connector',
  config: ConnectorConfig,
  register: (config, runtime) => ConnectorModule.register(config, runtime),
};

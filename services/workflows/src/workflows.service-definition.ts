import type { ServiceDefinition } from '@tocsin/platform';

import { WorkflowsConfig } from './workflows.config.js';
import { WorkflowsModule } from './workflows.module.js';

export const workflowsService: ServiceDefinition<WorkflowsConfig> = {
  service: 'workflows',
  config: WorkflowsConfig,
  register: (config, runtime) => WorkflowsModule.register(config, runtime),
};

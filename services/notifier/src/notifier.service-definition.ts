import type { ServiceDefinition } from '@tocsin/platform';

import { NotifierConfig } from './notifier.config.js';
import { NotifierModule } from './notifier.module.js';

export const notifierService: ServiceDefinition<NotifierConfig> = {
  service: 'notifier',
  config: NotifierConfig,
  register: (config, runtime) => NotifierModule.register(config, runtime),
};

/** issues: owns issues. Takes them in, follows their life, answers queries, and sends by hand. */
import type { ServiceDefinition } from '@tocsin/platform';

import { IssuesConfig } from './issues.config.js';
import { IssuesModule } from './issues.module.js';

export { IssuesConfig } from './issues.config.js';
export { IssuesModule } from './issues.module.js';

export const issuesService: ServiceDefinition<IssuesConfig> = {
  service: 'issues',
  config: IssuesConfig,
  register: (config, runtime) => IssuesModule.register(config, runtime),
};

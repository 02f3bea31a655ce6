import { ServiceConfig } from '@tocsin/platform';

export class WorkflowsConfig extends ServiceConfig {
  override PORT = 3013;
}

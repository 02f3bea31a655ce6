export { workflowsService } from './workflows.service-definition.js';

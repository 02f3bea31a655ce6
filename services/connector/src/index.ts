export { connectorService } from './connector.service-definition.js';

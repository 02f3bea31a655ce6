export { NotifierConfig } from './notifier.config.js';
export { notifierService } from './notifier.service-definition.js';

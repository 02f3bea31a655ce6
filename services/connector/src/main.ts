/** connector as a process of its own. */
import { runService } from '@tocsin/platform';

import { connectorService } from './connector.service-definition.js';

await runService(connectorService);

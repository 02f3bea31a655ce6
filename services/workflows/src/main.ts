import { runService } from '@tocsin/platform';

import { workflowsService } from './index.js';

await runService(workflowsService);

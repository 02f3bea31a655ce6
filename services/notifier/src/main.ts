import { runService } from '@tocsin/platform';

import { notifierService } from './index.js';

await runService(notifierService);

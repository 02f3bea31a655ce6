/** Entry point of issues as a process of its own. */
import { runService } from '@tocsin/platform';

import { issuesService } from './index.js';

await runService(issuesService);

// Which browser the tests drive: the system's own, since downloads of browsers cannot be counted on. The one without a window
// takes half the time.
import { existsSync } from 'node:fs';

const KNOWN = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Its path; undefined when there is none. */
export const CHROMIUM = [process.env.CHROMIUM_PATH, ...KNOWN].find((path) => path && existsSync(path));

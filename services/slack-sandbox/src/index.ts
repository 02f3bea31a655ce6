/** The Slack sandbox as a package: started by standalone and by tests. */
export { startSandbox, type Sandbox, type SandboxOptions } from './sandbox.js';
export { SANDBOX_APP } from './seed.js';

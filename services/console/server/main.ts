/** The console as a process of its own: the front for services that run elsewhere. Ends cleanly on SIGTERM and SIGINT. */
import { createFront } from './front.js';
import type { FrontLog } from './front-log.js';
import { listen } from './listen.js';
import { readSettings } from './settings.js';

const log: FrontLog = {
  warn: (details, message) => {
    const { err, ...rest } = details as { err?: unknown };
    process.stdout.write(`${JSON.stringify({ level: 'warn', time: new Date().toISOString(), service: 'console', ...rest, ...(err instanceof Error && { error: err.message }), msg: message })}\n`);
  },
};

async function run(): Promise<void> {
  const { port, host, publicUrl, peers, slackBaseUrl, issuer } = readSettings(process.env);
  const slackSandbox = new URL(slackBaseUrl).protocol === 'http:';
  const sandboxUrl = slackSandbox && new URL(slackBaseUrl).hostname !== 'slack-sandbox' ? slackBaseUrl : undefined;
  const front = createFront({ publicUrl, peers, log, environment: { slackSandbox, developmentIssuer: false, ...(sandboxUrl !== undefined && { sandboxUrl }), ...(issuer !== undefined && { issuer }) } });
  const listening = await listen(front, port, host);
  process.stdout.write(`console ready on ${listening.url}\n`);
  const stop = (): void => {
    void listening.close().then(() => process.exit(0));
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

run().catch((error: unknown) => {
  process.stderr.write(`console cannot start: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});

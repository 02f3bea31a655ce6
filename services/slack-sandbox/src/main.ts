/** The sandbox as a process of its own: settings from the environment, one line when it is ready, stopped by a signal. */
import { startSandbox } from './sandbox.js';

function portOf(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error(`SANDBOX_PORT must be a port number, not "${text}".`);
  return port;
}

try {
  const { SANDBOX_PORT, HOST } = process.env;
  const sandbox = await startSandbox({ port: portOf(SANDBOX_PORT ?? '3001'), ...(HOST !== undefined && HOST !== '' && { host: HOST }) });
  process.stdout.write(`slack-sandbox ready on ${sandbox.url}\n`);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => { void sandbox.close(); });
  }
} catch (error) {
  const advice = ' Set SANDBOX_PORT to another one.';
  const text = error instanceof Error ? error.message : String(error);
  process.stderr.write(`slack-sandbox cannot start: ${text}${text.startsWith('Port') ? advice : ''}\n`);
  process.exitCode = 1;
}

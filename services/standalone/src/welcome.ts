/** What a person sees when everything runs: where to look, and a next step that can be copied. */
import type { Standalone } from './start-standalone.js';

/** @returns the lines that `npm start` ends with */
export function welcome({ url, publicUrl, sandboxUrl, givesTokens }: Standalone): string {
  const lines = ['', `  Tocsin is ready on ${url}`, '', `  Console         ${publicUrl}`];
  if (sandboxUrl !== undefined) lines.push(`  Slack sandbox   ${sandboxUrl}   (messages appear here; no Slack workspace is needed)`);
  lines.push(`  HTTP API        ${publicUrl}/openapi.json`, '');
  if (sandboxUrl !== undefined) lines.push('  Next: open the console, sign in, and connect the sandbox under Connectors › Dev Alerts › Slack', '  with the host https://acme.slack.com and the token xoxb-sandbox-acme.');
  if (givesTokens) lines.push('', '  Or from the command line, a token to start with:', '', `    curl -s ${publicUrl}/v1/dev/token -H 'content-type: application/json' -d '{"user":"me@acme.test"}'`);
  lines.push('', '  Ctrl-C stops it.', '');
  return lines.join('\n');
}

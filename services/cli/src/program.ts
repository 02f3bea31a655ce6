/** The commands of `tocsin`, their arguments and help. */
import { Argument, Command as Commander, CommanderError, Option } from 'commander';

import type { Command, Given } from './commands/command.js';
import { connect, connections, verify } from './commands/connections.js';
import { DELIVERY_ACTIONS, type DeliveriesOptions } from './commands/deliveries-options.js';
import { deliveries } from './commands/deliveries.js';
import { deadLetters, LETTER_ACTIONS, type DeadLetterOptions } from './commands/dead-letters.js';
import { importReport, parseSeverity } from './commands/import-report.js';
import { issues } from './commands/issues.js';
import { KEY_ACTIONS, keys, type KeysOptions } from './commands/keys.js';
import { delivery, send } from './commands/send.js';
import { CliFailure, EXIT, type ExitCode } from './exit-code.js';
import { Output } from './output.js';
import { TocsinClient } from './tocsin.client.js';

/** The world around the program. */
export interface Surroundings {
  environment: Readonly<Record<string, string | undefined>>;
  out: (text: string) => void;
  err: (text: string) => void;
  read: Given['read'];
}

const HELP = `
Settings (environment):
  TOCSIN_URL    where Tocsin runs (default http://localhost:3000)
  TOCSIN_TOKEN  bearer token or API key (tocsin_…)

Exit codes:
  0  done, and the answer is yes
  1  done, and the answer is no: a check failed, the threshold was passed, the message was not posted
  2  refused: wrong use, no permission, or not understood by Tocsin; the same call fails again
  3  Tocsin could not be reached or could not answer; the same call may pass later
`;

/** @param args without node and script. @returns the exit code; everything else went to `out` and `err` */
export async function run(args: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
  const { err } = surroundings;
  let code: ExitCode = EXIT.ok;
  const program = programFor(surroundings, (result) => { code = result; });
  try {
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.refused;
    if (!(error instanceof CliFailure)) throw error;
    err(args.includes('--json') && error.problem ? `${JSON.stringify(error.problem, null, 2)}\n` : `${error.message}\n`);
    return error.code;
  }
}

function programFor(surroundings: Surroundings, finish: (code: ExitCode) => void): Commander {
  const { environment, out, err, read } = surroundings;
  const program = new Commander('tocsin').description('Brings security issues to the people who must act on them, in Slack.').addHelpText('after', HELP);
  program.exitOverride().configureOutput({ writeOut: out, writeErr: err }).showHelpAfterError('(tocsin --help lists the commands)');
  const client = new TocsinClient({ url: environment.TOCSIN_URL?.trim() || 'http://localhost:3000', token: environment.TOCSIN_TOKEN?.trim() || undefined });
  const running = <O extends object>(command: Command<O>, options: O & { json?: true }): Promise<void> => {
    const { json, ...rest } = options;
    return command({ client, output: new Output(out, json === true), read }, rest as O).then(finish);
  };
  addConnectionCommands(program, running);
  addImport(program, running);
  addIssueCommands(program, running);
  addDeliveries(program, running);
  addDeadLetters(program, running);
  addKeys(program, running);
  for (const command of program.commands) command.option('--json', 'print the answer of the API as it is');
  return program;
}

type Running = <O extends object>(command: Command<O>, options: O & { json?: true }) => Promise<void>;

const HOST = ['--host <address>', 'Slack Host URL of the workspace, for example https://acme.slack.com'] as const;
const TOKEN = ['--token <token>', 'Bot User OAuth Token (xoxb-…); - reads it from standard input'] as const;

function addConnectionCommands(program: Commander, running: Running): void {
  program.command('verify').description('check whether a Slack workspace can be connected').option(...HOST).option(...TOKEN)
    .option('--oauth', 'check the settings for IDENTITY PROVIDER instead')
    .action((options: Parameters<typeof verify>[1]) => running(verify, options));
  program.command('connect').description('connect a Slack workspace by token').requiredOption(...HOST).requiredOption(...TOKEN)
    .action((options: Parameters<typeof connect>[1]) => running(connect, options));
  program.command('connections').description('list connected workspaces').action((options: object) => running(connections, options));
}

function addImport(program: Commander, running: Running): void {
  program.command('import').description('import a scanner’s report (SARIF or OCSF) and wait for its counts')
    .argument('<report>', 'file, gzip allowed; - reads standard input')
    .requiredOption('--application <name>', 'the application that was scanned')
    .option('--scope <name>', 'part of the application that the scan speaks for')
    .option('--ref <ref>', 'branch or tag; another one than the default branch is only compared')
    .option('--commit <id>', 'commit that was scanned')
    .option('--repository <url>', 'repository, for links to the lines')
    .option('--run-url <url>', 'CI run that made the report').option('--scanned-at <time>', 'when it was scanned, where the report does not say it')
    .option('--strict', 'refuse a SARIF report that breaks its schema')
    .addOption(new Option('--fail-on <severity>', 'exit with 1 when an open issue of this scan’s tool, application and scope is as severe or more (needs issues:read)').argParser(parseSeverity))
    .option('--idempotency-key <key>', 'the same key with the same report is one scan')
    .action((report: string, options: Omit<Parameters<typeof importReport>[1], 'report'>) => running(importReport, { ...options, report }));
}

function addIssueCommands(program: Commander, running: Running): void {
  program.command('issues').description('list issues').option('--severity <list>', 'such as critical,high').option('--status <list>', 'open, resolved, excluded (default open)')
    .option('--application <name>').option('--tool <name>').option('--owner <e-mail>').option('--q <text>', 'search').option('--limit <n>', 'at most 200')
    .action((options: Parameters<typeof issues>[1]) => running(issues, options));
  program.command('send').description('send an issue to Slack; several go as one message').argument('<issueIds...>')
    .requiredOption('--to <destination>', '#channel, e-mail address, or Slack id')
    .option('--connection <id>', 'left out = the only one').option('--comment <text>').option('--wait', 'follow the delivery to its end')
    .option('--timeout <seconds>', 'how long to wait', '60').option('--idempotency-key <key>', 'the same key sends once')
    .action((issueIds: string[], options: Omit<Parameters<typeof send>[1], 'issueIds'>) => running(send, { ...options, issueIds }));
  program.command('delivery').description('what became of a message').argument('<id>').option('--wait', 'follow it to its end').option('--timeout <seconds>', 'how long to wait', '60')
    .action((id: string, options: Omit<Parameters<typeof delivery>[1], 'id'>) => running(delivery, { ...options, id }));
}

function addDeliveries(program: Commander, running: Running): void {
  const run = (action: DeliveriesOptions['action'], ids: string[], options: Omit<DeliveriesOptions, 'action' | 'ids'>): Promise<void> => running(deliveries, { ...options, action, ids });
  withReplay(withFilters(program.command('deliveries').description('what became of messages: list, show, count or watch them, cancel, replay or take them back, pause and resume sending')))
    .addArgument(new Argument('[action]').choices(DELIVERY_ACTIONS).default('list')).argument('[ids...]', 'the deliveries to show, cancel, replay or retract; to tell the progress of one, the replay')
    .option('--limit <n>', 'how many to list, at most 200').option('--cursor <text>', 'list on from where a page ended').option('--for <seconds>', 'end watching after this time')
    .action(run);
  withReplay(withFilters(program.command('replay').description('send deliveries again: those that are named, or all that the filters match'))).argument('[ids...]')
    .action((ids: string[], options: Omit<DeliveriesOptions, 'action' | 'ids'>) => run('replay', ids, options));
}

function withFilters(command: Commander): Commander {
  return command
    .option('--state <list>', 'such as failed,dead').option('--connection <list>', 'ids; to pause and resume, one').option('--destination <list>', 'names or Slack ids').option('--issue <list>', 'ids')
    .option('--workflow <list>', 'ids; to pause and resume, one').option('--source <list>', 'manual, workflow, digest, test').option('--code <list>', 'why it was not posted, such as is_archived')
    .option('--digest <list>', 'what these digests tell').option('--replay-of <list>', 'what was sent again of these')
    .addOption(new Option('--replayed <answer>', 'whether it was sent again').choices(['true', 'false']))
    .option('--after <time>', 'accepted after it, such as 2026-01-31T09:30:00Z').option('--before <time>', 'accepted before it')
    .option('--changed-before <time>', 'what has been since then what it is now; deliveries counts tells the time')
    .option('--except <list>', 'ids of deliveries that are left out, at most 200').option('--q <text>', 'search').option('--all', 'everything, or all but --except');
}

function withReplay(command: Commander): Commander {
  return command
    .option('--to <destination>', 'replay to somewhere else: #channel, e-mail address, or Slack id').option('--reason <text>', 'of a replay or of taking back').option('--force', 'replay what was posted as well')
    .option('--wait', 'follow a replay to its end').option('--timeout <seconds>', 'how long to wait; left out = 60 for one delivery, no limit for many').option('--idempotency-key <key>', 'the same key replays once');
}

function addDeadLetters(program: Commander, running: Running): void {
  program.command('dead-letters').description('messages that a service could not handle: list them, put them back on their queue, or delete them')
    .addArgument(new Argument('[action]').choices(LETTER_ACTIONS).default('list')).argument('[ids...]', 'the letters to replay or delete')
    .option('--reason <list>', 'such as invalid_data,attempts_exhausted').option('--queue <list>').option('--type <list>').option('--limit <n>', 'how many to list, at most 200').option('--cursor <text>', 'list on from where a page ended')
    .option('--all', 'replay or delete every letter that the filters match')
    .action((action: DeadLetterOptions['action'], ids: string[], options: Omit<DeadLetterOptions, 'action' | 'ids'>) => running(deadLetters, { ...options, action, ids }));
}

function addKeys(program: Commander, running: Running): void {
  program.command('keys').description('API keys for machines: list or make them, replace one by a new one that may do the same, or delete them')
    .addArgument(new Argument('[action]').choices(KEY_ACTIONS).default('list')).argument('[ids...]', 'the key to rotate, or the keys to delete')
    .option('--name <text>', 'what people call the new key').option('--role <list>', 'what it may do, such as ingest').option('--permission <list>', 'what it may do, such as issues:ingest,issues:read')
    .option('--application <list>', 'the only applications that it may name').option('--days <n>', 'how long it is valid; left out = 90, of a rotated key as long as it was made for')
    .option('--keep', 'rotate, and leave the old key until it expires')
    .action((action: KeysOptions['action'], ids: string[], options: Omit<KeysOptions, 'action' | 'ids'>) => running(keys, { ...options, action, ids }));
}

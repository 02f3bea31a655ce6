#!/usr/bin/env node
/** `tocsin` as a process. */
import { readFile } from 'node:fs/promises';

import { CliFailure, EXIT } from './exit-code.js';
import { run } from './program.js';

async function read(name: string): Promise<Buffer<ArrayBuffer>> {
  if (name !== '-') {
    return readFile(name).catch((error: unknown) => {
      throw new CliFailure(EXIT.refused, `The file ${name} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown error'}).`);
    });
  }
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

process.exitCode = await run(process.argv.slice(2), {
  environment: process.env,
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  read,
});

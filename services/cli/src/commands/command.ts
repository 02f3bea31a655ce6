/** What every command is given. */
import type { ExitCode } from '../exit-code.js';
import type { Output } from '../output.js';
import type { TocsinClient } from '../tocsin.client.js';

export interface Given {
  client: TocsinClient;
  output: Output;
  /** Reads a file, or standard input where the name is `-`. */
  read: (name: string) => Promise<Buffer<ArrayBuffer>>;
}

export type Command<Options> = (given: Given, options: Options) => Promise<ExitCode>;

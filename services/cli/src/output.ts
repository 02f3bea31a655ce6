/** What a command prints: lines for people, or with `--json` the answer of the API as it is. */

/** Ends every text from outside before it could steer the terminal. */
const CONTROLS = /[\p{Cc}\p{Cf}]/gu;

export class Output {
  constructor(
    private readonly write: (text: string) => void,
    private readonly isJson: boolean,
  ) {}

  /** @param lines for people; not computed with `--json` */
  answer(data: unknown, lines: () => readonly string[]): void {
    this.write(this.isJson ? `${JSON.stringify(data, null, 2)}\n` : lines().map((line) => `${line.replace(CONTROLS, '')}\n`).join(''));
  }

  /** One of many that come one by one; with `--json` each is one line. */
  line(data: unknown, text: string): void {
    if (this.isJson) this.write(`${JSON.stringify(data)}\n`);
    else this.note(text);
  }

  /** Progress for people. */
  note(line: string): void {
    if (!this.isJson) this.write(`${line.replace(CONTROLS, '')}\n`);
  }
}

/** Columns as wide as their widest cell. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ').trimEnd());
}

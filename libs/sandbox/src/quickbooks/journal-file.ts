import { closeSync, existsSync, openSync, readFileSync, truncateSync, writeSync } from 'node:fs';

/** One JSON object a line, appended before the answer goes out, read whole at start. */
export class JournalFile<Line> {
  private open: number | undefined;

  constructor(private readonly file: string) {}

  /** Every whole line so far; a last line cut short by a kill is dropped from the file. */
  read(): Line[] {
    if (!existsSync(this.file)) return [];
    const bytes = readFileSync(this.file);
    const end = bytes.lastIndexOf(10) + 1;
    if (end < bytes.length) truncateSync(this.file, end);
    return bytes
      .subarray(0, end)
      .toString('utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Line);
  }

  /** In the file when it returns: one write to a file that stays open. */
  append(...lines: readonly Line[]): void {
    this.open ??= openSync(this.file, 'a', 0o600);
    const bytes = Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    for (let written = 0; written < bytes.length;) written += writeSync(this.open, bytes, written);
  }

  close(): void {
    if (this.open !== undefined) closeSync(this.open);
    this.open = undefined;
  }
}

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A row of `docs/quickbooks-errors.md`: what QuickBooks answers, its class, the reason shown and where the record stands. */
export interface FaultRow {
  readonly code: string;
  readonly status: number;
  readonly name: string;
  readonly faultClass: string;
  readonly reason: string;
  readonly stands: string;
  /** What a person reads, `{text}`, `{code}` and `{at}` still to be filled in. */
  readonly sentence: string;
  /** The state shown. */
  readonly state: string;
}

/** The documentation's table of QuickBooks' fault codes, which the specs read: one test per row. */
export function faultTable(): FaultRow[] {
  const lines = faultDocument();
  const shown = new Map(
    lines
      .filter((cells) => cells.length === 5 && /^`\w+`$/.test(cells[1] ?? ''))
      .map(([, reason = '', sentence = '', state = '']) => [reason.replaceAll('`', ''), { sentence, state }]),
  );
  return lines
    .filter((cells) => cells.length === 8 && /^\d+$/.test(cells[1] ?? ''))
    .map(([, code = '', status = '', name = '', faultClass = '', reason = '', stands = '']) => {
      const reads = shown.get(reason);
      if (reads === undefined) throw new Error(`no sentence for ${reason}`);
      return { code, status: Number(status), name, faultClass, reason, stands, ...reads };
    });
}

/** Every line of the documentation as the cells of a table. */
export function faultDocument(): string[][] {
  return readFileSync(join(__dirname, '../../../docs/quickbooks-errors.md'), 'utf8')
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()));
}

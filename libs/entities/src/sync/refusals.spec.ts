import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isReasonCode, REASONS, sentence } from '@qbo-sync/contracts/reasons';
import { plainVerdict, refusal } from './refusals';
import type { Answered } from './rules';

/** Rows of `docs/quickbooks-errors.md` that end at a person: code and reason. */
const ROWS = readFileSync(join(__dirname, '../../../../docs/quickbooks-errors.md'), 'utf8')
  .split('\n')
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .filter((cells) => /^\d+$/.test(cells[1] ?? '') && cells.length === 8 && cells[6] === 'held')
  .map(([, code = '', , name = '', , reason = '']) => ({ code, name, reason }));

const refused = (code: string): Answered =>
  ({ outcome: 'refused', code, detail: 'what QuickBooks said' }) as unknown as Answered;

describe('what a person reads of a refusal', () => {
  it.each(ROWS)('$code $name: $reason', ({ code, reason }) => {
    const shown = refusal(refused(code));
    expect(shown.code).toBe(reason);
    if (!isReasonCode(reason)) throw new Error(`${reason} is none of ours`);
    expect(sentence(shown)).toMatch(/[.")]$/);
    expect(REASONS[reason]).toHaveProperty('action');
    expect(plainVerdict(refused(code), {})).toEqual({ verdict: 'hold', reason: shown });
  });

  it('a code that nobody knows is shown with QuickBooks’ own words', () => {
    expect(ROWS.length).toBeGreaterThan(70);
    expect(sentence(refusal(refused('31337')))).toBe('QuickBooks refused: "what QuickBooks said" (31337).');
  });
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { classify } from './classify';
import { FAULT_TABLE } from './error-table';

/** Rows of `docs/quickbooks-errors.md`: code, HTTP status, name, class. */
const ROWS = readFileSync(join(__dirname, '../../../docs/quickbooks-errors.md'), 'utf8')
  .split('\n')
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .filter((cells) => /^\d+$/.test(cells[1] ?? '') && cells.length === 8)
  .map(([, code = '', status = '', name = '', faultClass = '']) => ({
    code,
    status: Number(status),
    name,
    faultClass,
  }));

const answered = (status: number, body: string) => classify({ reply: 'answered', status, body });
const body = (...codes: string[]): string =>
  JSON.stringify({ Fault: { Error: codes.map((code) => ({ code, Message: 'm', Detail: 'd' })), type: 'x' } });

describe('the table of fault codes', () => {
  it('holds every code of the documentation and no other', () => {
    expect(ROWS.length).toBeGreaterThan(90);
    expect([...new Set(FAULT_TABLE.map(({ code }) => code))].sort()).toEqual(ROWS.map(({ code }) => code).sort());
  });

  it.each(ROWS)('$code $name is of class $faultClass', ({ code, status, faultClass }) => {
    const outcome = answered(status, body(code));
    if (faultClass === 'unsure') expect(outcome).toMatchObject({ is: 'unsure', why: `code_${code}` });
    else expect(outcome).toMatchObject({ is: 'fault', fault: { class: faultClass, code } });
    const lowerCase = body(`00${code}`).replace('Fault', 'fault').replace('Error', 'error');
    expect(answered(200, lowerCase).is).toBe(outcome.is);
  });

  it.each([
    ['an expired grant outweighs everything', ['6240', '120', '5010'], 'reconnect', '120'],
    ['what is wrong with the request outweighs a taken name', ['6240', '2010'], 'bug', '2010'],
    ['a person outweighs a stale token', ['5010', '6210'], 'hold', '6210'],
    ['a pause outweighs a mistake', ['2010', '3001'], 'throttle', '3001'],
    ['a code nobody knows is held beside one that may be tried again', ['130', '98765'], 'hold', '98765'],
  ])('several errors in one fault: %s', (_what, codes, faultClass, code) => {
    expect(answered(400, body(...codes))).toMatchObject({ fault: { class: faultClass, code } });
    expect(answered(400, body(...codes.toReversed()))).toMatchObject({ fault: { class: faultClass, code } });
  });

  it('no row leads to a class that sends again by itself without end: an unknown code is held', () => {
    expect(answered(400, body('31337'))).toMatchObject({ fault: { class: 'hold', code: '31337' } });
    expect(answered(200, body('31337'))).toMatchObject({ fault: { class: 'hold', code: '31337' } });
  });
});

import { faultDocument, faultTable } from '@qbo-sync/testkit/fault-table';
import { classify } from './classify';
import { FAULT_TABLE } from './error-table';

const ROWS = faultTable();

/** Codes with a line of their own in Intuit's table and in quickbooks.md §10. */
const KNOWN = ranges(
  '100-150 500 600-630 700 800 900 1000-1020 1040 1050 2000-2180 2200-2220 2250 2290 2300 2390 2500 2600 3000 3001 3100 ' +
    '3200 3202 4000 4001 4002 5000-5030 6000 6010 6070-6100 6130-6250 6280 6400 6420-6450 6470 6480 6520-6540 6560 ' +
    '10000 10100 10200',
);
/** Named there in one breath, without a cause. */
const NAMED = ranges('2090 2190 2230 2240 2260-2280 6020-6060 6110 6120 6270 6290-6390 6460 6490-6510');
/** Listed in the documentation as not met, each with the reason beside it. */
const NOT_MET = faultDocument()
  .filter((cells) => cells.length === 4 && /^\d{4}/.test(cells[1] ?? '') && (cells[2] ?? '').length > 20)
  .flatMap(([, codes = '']) => ranges(codes));

/** `100 120-140` → 100 120 130 140: Intuit numbers by tens. */
function ranges(text: string): string[] {
  return text.split(' ').flatMap((part) => {
    const [from = 0, to = from] = part.split(/[-–]/).map(Number);
    return Array.from({ length: (to - from) / 10 + 1 }, (_, n) => String(from + 10 * n));
  });
}

const answered = (status: number, body: string) => classify({ reply: 'answered', status, body });
const body = (...codes: string[]): string =>
  JSON.stringify({ Fault: { Error: codes.map((code) => ({ code, Message: 'm', Detail: 'd' })), type: 'x' } });

describe('the table of fault codes', () => {
  it('holds every code of the documentation and no other', () => {
    expect(ROWS.length).toBeGreaterThan(90);
    expect([...new Set(FAULT_TABLE.map(({ code }) => code))].sort()).toEqual(ROWS.map(({ code }) => code).sort());
  });

  it('every code of Intuit’s is a row with a test, or listed with the reason why not', () => {
    const rows = new Set(ROWS.map(({ code }) => code));
    expect(KNOWN.filter((code) => !rows.has(code))).toEqual([]);
    expect(NAMED.filter((code) => !rows.has(code) && !NOT_MET.includes(code))).toEqual([]);
    expect(NOT_MET.filter((code) => rows.has(code))).toEqual([]);
    expect([...rows].filter((code) => !KNOWN.includes(code))).toEqual([]);
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

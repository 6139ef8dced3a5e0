import { DecisionError } from './deciding';
import { isPoison, poisonName } from './poison';

const sql = (code: string): Error => Object.assign(new Error('Zoë Canary'), { code });

describe('whose fault an error is', () => {
  it.each([
    [
      'a rule that threw',
      new DecisionError({ tenant: 'a', ref: 'invoice:1' }, new TypeError('Zoë Canary')),
      'TypeError',
    ],
    ['NUL in a text', sql('22021'), '22021'],
    ['a value too long for its index', sql('54000'), '54000'],
  ])('%s: the record’s', (_what, error, name) => {
    expect(isPoison(error)).toBe(true);
    expect(poisonName(error)).toBe(name);
  });

  it.each([
    ['a lost connection', sql('57P01')],
    ['no connection', sql('ECONNREFUSED')],
    ['a deadlock', sql('40P01')],
    ['a bug of ours outside the rules', new TypeError('x')],
    ['a full disk', sql('53100')],
  ])('%s: the surroundings’', (_what, error) => expect(isPoison(error)).toBe(false));
});

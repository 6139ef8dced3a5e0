import { parseExact, type ExactObject } from '@qbo-sync/contracts/exact-json';
import { covers, hashField, hashFields, idsIn, plainNumber, valueAt } from './fields';

const json = (text: string): ExactObject => parseExact(text) as ExactObject;

describe('fields', () => {
  it.each([
    ['129.00', '129'],
    ['129.50', '129.5'],
    ['0.00', '0'],
    ['-0.10', '-0.1'],
    ['1.29E2', '129'],
    ['1e-2', '0.01'],
    ['100', '100'],
    ['10000000000000000.13', '10000000000000000.13'],
  ])('a number is compared by its value: %s', (source, plain) => {
    expect(plainNumber(source)).toBe(plain);
  });

  it('hashes ignore number form, key order and the name of a reference, nothing else', () => {
    const hash = (text: string): string => hashField(parseExact(text));
    expect(hash('{"a":129.00,"b":[1]}')).toBe(hash('{"b":[1.0],"a":129}'));
    expect(hash('{"value":"58","name":"Dana"}')).toBe(hash('{"value":"58","name":"Dana Ruiz"}'));
    expect(hash('{"name":"Dana"}')).not.toBe(hash('{"name":"Dana Ruiz"}'));
    expect(hash('{"value":"58"}')).not.toBe(hash('{"value":"59"}'));
    expect(hash('"129.00"')).not.toBe(hash('"129"'));
    expect(hash('[1,2]')).not.toBe(hash('[2,1]'));
  });

  it('the envelope is no field', () => {
    expect(Object.keys(hashFields(json('{"Id":"1","SyncToken":"3","MetaData":{},"sparse":true,"Notes":"x"}')))).toEqual(
      ['Notes'],
    );
  });

  it.each([
    [
      'more fields and a subtotal between',
      '{"L":[{"Id":"1","Amount":10.00,"Ref":{"value":"5","name":"AC"}},{"Type":"SubTotal","Amount":10},{"Amount":2}]}',
      '{"L":[{"Amount":10,"Ref":{"value":"5"}},{"Amount":2.0}]}',
      true,
    ],
    ['another amount', '{"L":[{"Amount":10.01}]}', '{"L":[{"Amount":10}]}', false],
    ['another order', '{"L":[{"Amount":2},{"Amount":10}]}', '{"L":[{"Amount":10},{"Amount":2}]}', false],
    ['a missing field', '{"L":1}', '{"M":1}', false],
    ['empty and absent', '{}', '{"Notes":""}', true],
    ['surrounding spaces', '{"Notes":"a"}', '{"Notes":" a "}', true],
    ['a number that is a text there', '{"a":"1"}', '{"a":1}', false],
  ])('covers: %s', (_what, shown, wanted, expected) => {
    expect(covers(json(shown), json(wanted))).toBe(expected);
  });

  it('finds values and ids by their path', () => {
    const record = json('{"Id":"9","Line":[{"Id":"1","Detail":{"Ref":{"value":"5","name":"AC"}}}]}');
    expect(valueAt(record, 'Line.0.Detail.Ref.value')).toBe('5');
    expect(valueAt(record, 'Line.1.Id')).toBeUndefined();
    expect(idsIn(record)).toEqual({ Id: '9', 'Line.0.Id': '1', 'Line.0.Detail.Ref.value': '5' });
  });
});

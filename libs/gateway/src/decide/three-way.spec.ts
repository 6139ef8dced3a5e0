import { parseExact, type ExactObject } from '@qbo-sync/contracts/exact-json';
import type { How } from '@qbo-sync/contracts/sync/request';
import { hashFields } from './fields';
import { threeWay } from './three-way';

const json = (text: string): ExactObject => parseExact(text) as ExactObject;
const WHOLE: How = { path: 'x', update: 'whole', always: ['Line'] };
const CHANGED: How = { path: 'x', update: 'changed' };
const SENT = '{"DocNumber":"1","DueDate":"d1","Line":[{"Amount":10}]}';
const SHOWN = '{"DocNumber":"1","DueDate":"d1","Line":[{"Id":"1","Amount":10.00},{"Sub":10}],"Balance":10}';
const base = { sent: hashFields(json(SENT)), shown: hashFields(json(SHOWN)), theirs: [] };

describe('story 15: the token differs', () => {
  const merge = (wanted: string, record: string, how = WHOLE, theirs: string[] = []) =>
    threeWay(json(wanted), how, { ...base, theirs }, json(record));

  it('what QuickBooks computes is no change: ours is sent', () => {
    const merged = merge(
      SENT.replace('d1', 'd2'),
      SHOWN.replace('"Balance":10', '"Balance":0,"LinkedTxn":[{"TxnId":"5"}]'),
    );
    expect(merged).toMatchObject({ is: 'send', theirs: [] });
    if (merged.is === 'send') expect(Object.keys(merged.fields)).toEqual(['DocNumber', 'DueDate', 'Line']);
  });

  it('a field changed only there stays and is left out', () => {
    const merged = merge(SENT.replace('"DocNumber":"1"', '"DocNumber":"2"'), SHOWN.replace('d1', 'd9'));
    expect(merged).toMatchObject({ is: 'send', theirs: ['DueDate'] });
    if (merged.is === 'send') expect(Object.keys(merged.fields)).toEqual(['DocNumber', 'Line']);
  });

  it('changed on both sides is a clash', () => {
    expect(merge(SENT.replace('d1', 'd2'), SHOWN.replace('d1', 'd9'))).toEqual({ is: 'clash', fields: ['DueDate'] });
  });

  describe('a person chose of a clash', () => {
    const both = (sides: { ours: string[]; theirs: string[] }) =>
      threeWay(
        json('{"DueDate":"d2","Note":"ours","Terms":"t2"}'),
        CHANGED,
        { sent: hashFields(json(OLD)), shown: hashFields(json(OLD)), theirs: [] },
        json('{"DueDate":"d9","Note":"theirs","Terms":"t1","Memo":"by hand"}'),
        ['Memo'],
        sides,
      );
    const OLD = '{"DueDate":"d1","Note":"n","Terms":"t1","Memo":"m"}';

    it.each<[string, string[], string[], string[], string[]]>([
      ['ours', ['DueDate', 'Note', 'Memo'], [], ['DueDate', 'Note', 'Terms'], []],
      ['theirs', [], ['DueDate', 'Note', 'Memo'], ['Terms'], ['DueDate', 'Note']],
      ['of each one', ['Note', 'Memo'], ['DueDate'], ['Note', 'Terms'], ['DueDate']],
    ])('%s: what did not clash is sent all the same', (_which, ours, theirs, sent, left) => {
      const merged = both({ ours, theirs });
      expect(merged).toMatchObject({ is: 'send', theirs: left });
      expect(merged.is === 'send' ? Object.keys(merged.fields) : []).toEqual(sent);
    });

    it('what nobody chose of clashes as before', () => {
      expect(both({ ours: ['DueDate'], theirs: [] })).toEqual({ is: 'clash', fields: ['Memo', 'Note'] });
    });

    it('ours is sent where it was not changed here', () => {
      const merged = threeWay(json(SENT), CHANGED, base, json(SHOWN.replace('d1', 'd9')), [], {
        ours: ['DueDate'],
        theirs: [],
      });
      expect(merged).toEqual({ is: 'send', fields: { DueDate: 'd1' }, theirs: [] });
    });
  });

  it('changed on both sides to the same is none', () => {
    expect(merge(SENT.replace('d1', 'd2'), SHOWN.replace('d1', 'd2'))).toEqual({ is: 'same', theirs: [] });
  });

  it('as sent: nothing is left to send', () => {
    expect(merge(SENT, SHOWN)).toEqual({ is: 'same', theirs: [] });
  });

  it('a renamed reference is no change there', () => {
    const ref = (name: string, value = '5') =>
      `{"Ref":{"value":"${value}"${name ? `,"name":"${name}"` : ''}},"Notes":"n"}`;
    const at = { sent: hashFields(json(ref(''))), shown: hashFields(json(ref('Old'))), theirs: [] };
    expect(threeWay(json(ref('', '6')), CHANGED, at, json(ref('New')))).toMatchObject({ is: 'send' });
  });

  it('a field to be emptied that changed there is a clash; untouched, it is emptied', () => {
    const wanted = json('{"DocNumber":"1","Line":[{"Amount":10}]}');
    expect(threeWay(wanted, WHOLE, base, json(SHOWN.replace('d1', 'd9')), ['DueDate'])).toEqual({
      is: 'clash',
      fields: ['DueDate'],
    });
    expect(threeWay(wanted, WHOLE, base, json(SHOWN), ['DueDate'])).toMatchObject({ is: 'send' });
  });
});

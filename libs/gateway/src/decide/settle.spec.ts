import { parseExact, type ExactObject } from '@qbo-sync/contracts/exact-json';
import type { Fault } from '@qbo-sync/qbo/classify';
import type { FaultClass } from '@qbo-sync/qbo/error-table';
import { hashFields } from './fields';
import { afterFault, isRemoved, movedAsSent, remember, unmet, writtenIn } from './settle';

const json = (text: string): ExactObject => parseExact(text) as ExactObject;
const fault = (faultClass: FaultClass): Fault => ({ class: faultClass, code: '1', status: 400, detail: '' });

describe('settle', () => {
  it.each([
    ['retry', 'create', 1, 'later'],
    ['throttle', 'update', 1, 'later'],
    ['reconnect', 'create', 1, 'later'],
    ['subscription', 'create', 1, 'later'],
    // A refusal of the whole proves nothing about an earlier send of unknown outcome.
    ['throttle', 'create', 2, 'unsure'],
    ['reconnect', 'update', 2, 'unsure'],
    ['merge', 'update', 1, 'merge'],
    ['merge', 'remove', 2, 'merge'],
    ['gone', 'update', 1, 'gone'],
    ['gone', 'create', 1, 'refused'],
    ['adopt', 'create', 1, 'adopt'],
    ['adopt', 'create', 2, 'look'],
    ['adopt', 'update', 1, 'refused'],
    ['hold', 'create', 1, 'refused'],
    // The second send of a create may be refused because of the first.
    ['hold', 'create', 2, 'look'],
    ['hold', 'update', 2, 'refused'],
  ] as const)('%s of a %s sent %d times: %s', (faultClass, kind, sends, expected) => {
    expect(afterFault(fault(faultClass), { kind, sends, adopts: true })).toBe(expected);
  });

  it('a taken name is refused where the entity does not adopt', () => {
    expect(afterFault(fault('adopt'), { kind: 'create', sends: 1, adopts: false })).toBe('refused');
  });

  it('finds the record of an answer under its wrapper, and its id where the answer has it', () => {
    const how = { path: 'invoice', update: 'whole' } as const;
    const wrapped = json('{"Invoice":{"Id":"7"},"time":"x"}');
    expect(writtenIn(wrapped, { how, resource: 'Invoice' })).toEqual({ Id: '7' });
    expect(writtenIn(wrapped, { how, resource: 'Payment' })).toBeUndefined();
    // The tax service names neither the entity nor the id as others do (quickbooks.md §9.9).
    const service = { path: 'taxservice/taxcode', wrapper: '', id: 'TaxCodeId', update: 'whole' } as const;
    const code = json('{"TaxCode":"To classify 8.25%","TaxCodeId":"9"}');
    const written = writtenIn(code, { how: service, resource: 'TaxCode' });
    expect(written).toMatchObject({ Id: '9', TaxCode: 'To classify 8.25%' });
    expect(remember(written ?? {}, { sent: {}, theirs: [], refs: [] })).toMatchObject({ qboId: '9', syncToken: '0' });
    expect(writtenIn(json('{"TaxCode":"x"}'), { how: service, resource: 'TaxCode' })).not.toHaveProperty('Id');
  });

  it('remembers hashes as sent and as shown, the token and the ids; nothing without an id', () => {
    const sent = hashFields(json('{"Notes":"a"}'));
    const record = json('{"Id":"7","SyncToken":"2","Notes":"a","Balance":0,"Line":[{"Id":"1"}]}');
    expect(remember(record, { sent, theirs: [], refs: ['x:1'] })).toEqual({
      ...{ qboId: '7', syncToken: '2', sent, theirs: [], refs: ['x:1'], gone: null },
      ...{ shown: hashFields(record), kept: { Id: '7', 'Line.0.Id': '1' } },
    });
    expect(remember(json('{"status":"ok"}'), { sent, theirs: [], refs: [] })).toBeUndefined();
  });

  it('sees a removal of each form', () => {
    expect(isRemoved(json('{"Active":false}'), 'inactive')).toBe(true);
    expect(isRemoved(json('{"status":"Deleted"}'), 'delete')).toBe(true);
    expect(isRemoved(json('{"PrivateNote":"Voided - x"}'), 'void')).toBe(true);
    expect(isRemoved(json('{"PrivateNote":"x","Active":true}'), 'void')).toBe(false);
  });

  it('compares a precondition by value', () => {
    expect(unmet(json('{"Balance":0.00}'), [{ path: 'Balance', equals: '0' }])).toBeUndefined();
    expect(unmet(json('{"Balance":0.01}'), [{ path: 'Balance', equals: '0' }])).toBe('Balance');
    expect(unmet(json('{}'), [{ path: 'Balance', equals: '0' }])).toBe('Balance');
  });

  it('an update is proven ours by a field that moved to exactly what was sent', () => {
    const base = { sent: hashFields(json('{"A":"1","B":"1"}')), shown: hashFields(json('{"A":"1","B":"1"}')) };
    const body = json('{"A":"2","B":"2"}');
    expect(movedAsSent(json('{"A":"2","B":"rounded"}'), body, base)).toBe(true);
    expect(movedAsSent(json('{"A":"1","B":"theirs"}'), body, base)).toBe(false);
  });
});

import { parseExact, type ExactObject } from '@qbo-sync/contracts/exact-json';
import { batchBody, batchForm, partOutcomes } from './batch';
import type { Outcome } from './classify';

const write = { path: 'invoice', wrapper: 'Invoice', create: true, query: {} };

describe('batch', () => {
  it.each([
    ['a create', write, { operation: 'create' }],
    ['an update, an inactivation', { ...write, create: false }, { operation: 'update' }],
    ['a void', { ...write, create: false, query: { operation: 'void' } }, { operation: 'void' }],
    [
      'a payment’s void',
      { path: 'payment', wrapper: 'Payment', create: false, query: { operation: 'update', include: 'void' } },
      { operation: 'update', optionsData: 'void' },
    ],
    ['a path below another', { ...write, path: 'taxservice/taxcode', wrapper: 'TaxService' }, undefined],
    ['what is answered without a wrapper', { ...write, wrapper: '' }, undefined],
    ['a parameter of its own', { ...write, query: { include: 'void', x: '1' } }, undefined],
  ])('%s', (_name, one, form) => expect(batchForm(one)).toEqual(form));

  it('carries each part’s bytes as they are', () => {
    const part = { bId: '1', wrapper: 'Invoice', operation: 'create', bytes: '{"Amount":1.10, "b":[]}' };
    expect(batchBody([part, { ...part, bId: '2', optionsData: 'void' }])).toBe(
      '{"BatchItemRequest":[{"bId":"1","operation":"create","Invoice":{"Amount":1.10, "b":[]}},' +
        '{"bId":"2","operation":"create","optionsData":"void","Invoice":{"Amount":1.10, "b":[]}}]}',
    );
  });

  it('says part by part what became of it, in any order; one it says nothing of is unsure', () => {
    const body = parseExact(
      '{"BatchItemResponse":[{"bId":"2","Fault":{"Error":[{"code":"5010","Detail":"old"}]}},' +
        '{"bId":"1","Invoice":{"Id":"7","TotalAmt":1.10}}],"time":"now"}',
    ) as ExactObject;
    const outcomes = partOutcomes({ is: 'ok', body, intuitTid: 't' }, ['1', '2', '3']);
    expect(outcomes.get('1')).toMatchObject({ is: 'ok', intuitTid: 't', body: { Invoice: { Id: '7' } } });
    expect(outcomes.get('2')).toMatchObject({ is: 'fault', fault: { class: 'merge', code: '5010' } });
    expect(outcomes.get('3')).toMatchObject({ is: 'unsure', why: 'part_missing', outage: false });
  });

  it('a refusal of the whole is each part’s', () => {
    const refused: Outcome = { is: 'unsent', why: 'ECONNREFUSED' };
    expect([...partOutcomes(refused, ['1', '2']).values()]).toEqual([refused, refused]);
  });
});

import { parseExact, type ExactObject } from '@qbo-sync/contracts/exact-json';
import type { How } from '@qbo-sync/contracts/sync/request';
import { compose, fullBytes, refsIn, removeBytes, removeQuery, resolve, type Known } from './bodies';
import { hashFields } from './fields';
import { threeWay } from './three-way';

const json = (text: string): ExactObject => parseExact(text) as ExactObject;
const CHANGED: How = { path: 'x', update: 'changed', always: ['ShipAddr'], clear: 'full' };
const WHOLE: How = { path: 'x', update: 'whole', always: ['Line'] };
const known = (body: string, more: Partial<Known> = {}): Known => ({
  qboId: '7',
  syncToken: '3',
  sent: hashFields(json(body)),
  theirs: [],
  ...more,
});

describe('bodies', () => {
  const body = json(
    '{"DocNumber":"1","CustomerRef":{"value":{"$ref":"customer:c1"}},"Line":[{"Amount":10.00,"Txn":{"$ref":"invoice:i1","at":"Line.0.Id"}}]}',
  );

  it('names every ref once', () => {
    expect(refsIn(json('{"a":{"$ref":"x:1"},"b":[{"$ref":"y:2","at":"Id"},{"$ref":"x:1"}]}'))).toEqual(['x:1', 'y:2']);
  });

  it('replaces refs in place; digits and key order stay', () => {
    const links = new Map([
      ['customer:c1', { qboId: '58', kept: {} }],
      ['invoice:i1', { qboId: '9', kept: { 'Line.0.Id': '4' } }],
    ]);
    const resolved = resolve(body, (ref) => links.get(ref));
    if (resolved.is !== 'resolved') throw new Error(resolved.ref);
    const composed = compose(resolved.body, WHOLE, undefined);
    expect(composed).toEqual({
      do: 'create',
      bytes: '{"DocNumber":"1","CustomerRef":{"value":"58"},"Line":[{"Amount":10.00,"Txn":"4"}]}',
    });
  });

  it('says which ref is missing, and which of its ids', () => {
    expect(resolve(body, () => undefined)).toEqual({ is: 'missing', ref: 'customer:c1' });
    expect(resolve(body, () => ({ qboId: '1', kept: {} }))).toEqual({
      is: 'missing',
      ref: 'invoice:i1',
      at: 'Line.0.Id',
    });
  });

  it('A, B, A leaves nothing to send; 10.0 is 10', () => {
    expect(compose(json('{"Notes":"a","Amount":10.0}'), CHANGED, known('{"Amount":10,"Notes":"a"}'))).toEqual({
      do: 'nothing',
    });
  });

  it.each([
    [
      'changed: only what differs, and what is always sent',
      CHANGED,
      '{"Notes":"b","Phone":"1","ShipAddr":{"a":"b"}}',
      '{"Notes":"a","Phone":"1","ShipAddr":{"a":"b"}}',
      '{"Id":"7","SyncToken":"3","sparse":true,"Notes":"b","ShipAddr":{"a":"b"}}',
    ],
    [
      'whole: all of it, sparse',
      WHOLE,
      '{"Notes":"b","Line":[1]}',
      '{"Notes":"a","Line":[1]}',
      '{"Id":"7","SyncToken":"3","sparse":true,"Notes":"b","Line":[1]}',
    ],
  ])('%s (postings.md §1.7)', (_what, how, wanted, sent, bytes) => {
    expect(compose(json(wanted), how, known(sent))).toEqual({ do: 'update', bytes });
  });

  it('leaves a field that was last changed there alone until it changes here', () => {
    const theirs = known('{"Notes":"a","DueDate":"d","Line":[1]}', { theirs: ['DueDate'] });
    expect(compose(json('{"Notes":"b","DueDate":"d","Line":[1]}'), WHOLE, theirs)).toMatchObject({
      bytes: '{"Id":"7","SyncToken":"3","sparse":true,"Notes":"b","Line":[1]}',
    });
    expect(compose(json('{"Notes":"a","DueDate":"e","Line":[1]}'), WHOLE, theirs)).toMatchObject({
      bytes: expect.stringContaining('"DueDate":"e"'),
    });
  });

  it('what only the create carries is in no update, and no reason for one', () => {
    const numbered: How = { ...WHOLE, once: ['DocNumber'] };
    const asked = '{"DocNumber":"AUTO_GENERATE","Notes":"a"}';
    expect(compose(json(asked), numbered, undefined)).toEqual({ do: 'create', bytes: asked });
    expect(compose(json(asked), numbered, known(asked))).toEqual({ do: 'nothing' });
    expect(compose(json(asked), numbered, known('{"Notes":"a"}'))).toEqual({ do: 'nothing' });
    expect(compose(json('{"DocNumber":"AUTO_GENERATE","Notes":"b"}'), numbered, known(asked))).toEqual({
      do: 'update',
      bytes: '{"Id":"7","SyncToken":"3","sparse":true,"Notes":"b"}',
    });
    const base = { ...known(asked), shown: hashFields(json('{"DocNumber":"1001","Notes":"a"}')) };
    const merged = threeWay(json(asked), numbered, base, json('{"DocNumber":"1002","Notes":"a"}'));
    expect(merged).toEqual({ is: 'same', theirs: [] });
  });

  it('a field once sent and now absent is read again, where the entity clears by a full update', () => {
    expect(compose(json('{"Notes":"a"}'), CHANGED, known('{"Notes":"a","Fax":"1"}'))).toEqual({
      do: 'reread',
      cleared: ['Fax'],
    });
    expect(compose(json('{"Notes":"a"}'), WHOLE, known('{"Notes":"a","Fax":"1"}'))).toEqual({ do: 'nothing' });
    const record = json(
      '{"Id":"7","SyncToken":"4","domain":"QBO","Notes":"old","Fax":"1","MetaData":{},"Active":true}',
    );
    expect(fullBytes(record, json('{"Notes":"a"}'), ['Fax'])).toBe(
      '{"Id":"7","SyncToken":"4","Notes":"a","Active":true,"sparse":false}',
    );
  });

  it('a removal has its form', () => {
    const how = (remove: How['remove']): How => ({ path: 'x', update: 'whole', ...(remove ? { remove } : {}) });
    expect(removeBytes(how(undefined), json('{"Active":false}'), { qboId: '7', syncToken: '3' })).toBe(
      '{"Id":"7","SyncToken":"3","Active":false}',
    );
    expect(removeQuery(how({ as: 'void', query: 'operation=update&include=void' }))).toEqual({
      operation: 'update',
      include: 'void',
    });
    expect(removeQuery(how({ as: 'delete' }))).toEqual({ operation: 'delete' });
    expect(removeQuery(how({ as: 'inactive' }))).toEqual({});
  });
});

import { parseExact, type ExactObject } from '@qbo-sync/contracts/exact-json';
import { hashFields } from '../decide/fields';
import { decideChange, type KnownLink } from './change';

const read = (text: string): ExactObject => parseExact(text) as ExactObject;
const record = (more = '', token = '0'): ExactObject =>
  read(`{"Id":"58","SyncToken":"${token}","DisplayName":"Dana","Balance":129.00,"Active":true${more}}`);
const link = (change: Partial<KnownLink> = {}): KnownLink => ({
  ref: 'customer:c1',
  syncToken: '0',
  shown: hashFields(record()),
  seenToken: null,
  seen: null,
  gone: null,
  ...change,
});
const decide = (one: ExactObject, known: KnownLink | undefined, open: { send?: boolean; create?: boolean } = {}) =>
  decideChange(one, { link: known, sendOpen: open.send ?? false, createOpen: open.create ?? false });

describe('story 7: a record among the changes', () => {
  it('our own write, by its token: dropped, however QuickBooks words it', () => {
    expect(decide(record(), link())).toEqual({ do: 'drop' });
    expect(decide(record(',"Notes":"worded otherwise"'), link())).toEqual({ do: 'drop' });
  });

  it('older than our last write: dropped, it was read before', () => {
    expect(decide(record(',"Notes":"old"', '3'), link({ syncToken: '10' }))).toEqual({ do: 'drop' });
  });

  it('a newer token, only what QuickBooks computes differs: the token is known from now on', () => {
    const moved = read('{"Id":"58","SyncToken":"1","DisplayName":"Dana","Balance":0,"Active":true}');
    expect(decide(moved, link())).toEqual({ do: 'refresh', what: 'agreed', token: '1', shown: hashFields(moved) });
  });

  it('changed there only: published with its fields', () => {
    const changed = record(',"Notes":"gate code 4411"', '1');
    expect(decide(changed, link())).toMatchObject({ do: 'publish', changed: ['Notes'], token: '1' });
  });

  it('published once: the next reading of the same version is dropped, a further change is told by itself', () => {
    const seen = record(',"Notes":"a"', '1');
    const known = link({ seenToken: '1', seen: hashFields(seen) });
    expect(decide(seen, known)).toEqual({ do: 'drop' });
    const further = record(',"Notes":"a","Mobile":{"FreeFormNumber":"1"}', '2');
    expect(decide(further, known)).toMatchObject({ do: 'publish', changed: ['Mobile'] });
  });

  it('what was seen and not agreed on keeps its token back: the next update must find the clash', () => {
    const seen = record(',"Notes":"a"', '1');
    const balance = read('{"Id":"58","SyncToken":"2","DisplayName":"Dana","Balance":1,"Active":true,"Notes":"a"}');
    expect(decide(balance, link({ seenToken: '1', seen: hashFields(seen) }))).toMatchObject({
      do: 'refresh',
      what: 'seen',
    });
  });

  it('after our own newer write what was seen before is past', () => {
    const agreed = record(',"Notes":"ours"', '2');
    const known = link({ syncToken: '2', shown: hashFields(agreed), seenToken: '1', seen: {} });
    expect(decide(record(',"Notes":"theirs"', '3'), known)).toMatchObject({ do: 'publish', changed: ['Notes'] });
  });

  it('while a send of ours to it has no answer: waits', () => {
    expect(decide(record(',"Notes":"?"', '1'), link(), { send: true })).toEqual({ do: 'wait' });
  });

  it('without a link: waits while a create of its resource has no answer, else it is somebody else’s', () => {
    expect(decide(record(), undefined, { create: true })).toEqual({ do: 'wait' });
    expect(decide(record(), undefined)).toMatchObject({ do: 'publish', token: '0' });
  });

  it('a create of ours elsewhere does not keep a linked record waiting', () => {
    expect(decide(record(',"Notes":"x"', '1'), link(), { create: true })).toMatchObject({ do: 'publish' });
  });

  it('deleted, made inactive, voided: published as gone', () => {
    expect(decide(read('{"Id":"58","status":"Deleted"}'), link())).toMatchObject({ do: 'publish', gone: 'deleted' });
    const inactive = read('{"Id":"58","SyncToken":"1","DisplayName":"Dana","Balance":129.00,"Active":false}');
    expect(decide(inactive, link())).toMatchObject({ do: 'publish', changed: ['Active'], gone: 'inactive' });
    const posted = read('{"Id":"9","SyncToken":"0","TotalAmt":10.00,"PrivateNote":"Run a Call i1"}');
    const voided = read('{"Id":"9","SyncToken":"1","TotalAmt":0,"PrivateNote":"Voided: Run a Call i1"}');
    expect(decide(voided, link({ shown: hashFields(posted) }))).toMatchObject({ do: 'publish', gone: 'voided' });
  });

  it('removed by us: nothing is said of it', () => {
    expect(decide(read('{"Id":"58","status":"Deleted"}'), link({ gone: 'us' }))).toEqual({ do: 'drop' });
  });
});

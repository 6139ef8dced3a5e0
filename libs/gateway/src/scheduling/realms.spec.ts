import type { Gate } from '../decide/gate';
import type { GateRow } from '../sql/gates';
import { changed, howToRead, newRealm, passedOver, type Realm } from './realms';

const READ_AT_MS = 1_000_000;

/** Its window was read at that moment, to the queue's end, and is empty now. */
function emptied(): Realm {
  const company: GateRow = {
    ...{ tenant: 'acme', books: 'bk', state: 'connected', trouble: null, retryAt: null, failures: 0, active: true },
  };
  const gate: Gate = { most: 'limit', all: true };
  return { ...newRealm(company, gate), stale: 'no', readAtMs: READ_AT_MS };
}

describe('an empty window', () => {
  it('is not read again while no row may stand otherwise', () => {
    expect(howToRead(emptied(), READ_AT_MS + 60_000)).toBe('not');
  });

  it('is read again at once where a row may stand otherwise', () => {
    const realm = emptied();
    changed(realm);
    expect(howToRead(realm, READ_AT_MS)).toBe('anew');
  });

  it('is read again after a while where rows were passed over: at once it would find the same', () => {
    const realm = emptied();
    passedOver(realm);
    expect(howToRead(realm, READ_AT_MS + 499)).toEqual({ atMs: READ_AT_MS + 500 });
    expect(howToRead(realm, READ_AT_MS + 500)).toBe('anew');
  });

  it('is read again at once where one that was passed over may stand otherwise', () => {
    const realm = emptied();
    passedOver(realm);
    changed(realm);
    passedOver(realm);
    expect(howToRead(realm, READ_AT_MS)).toBe('anew');
  });
});

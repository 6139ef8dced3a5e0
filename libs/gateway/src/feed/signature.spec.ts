import { createHmac } from 'node:crypto';
import { isSigned, verifierTokens } from './signature';

const BODY = Buffer.from(
  '[{"id":"e1","type":"qbo.account.updated.v1","intuitentityid":"1","intuitaccountid":"310687"}]',
);
const sign = (token: string, body: Buffer = BODY): string => createHmac('sha256', token).update(body).digest('base64');

describe('the signature of a webhook', () => {
  it('is right under either of two live tokens, in either order', () => {
    expect(isSigned(BODY, sign('old'), ['new', 'old'])).toBe(true);
    expect(isSigned(BODY, sign('new'), ['new', 'old'])).toBe(true);
    expect(isSigned(BODY, sign('older'), ['new', 'old'])).toBe(false);
  });

  it('every byte of the body flipped, each bit of it: wrong', () => {
    const right = sign('token');
    for (let at = 0; at < BODY.length; at += 1) {
      for (let bit = 0; bit < 8; bit += 1) {
        const bent = Buffer.from(BODY);
        bent.writeUInt8(bent.readUInt8(at) ^ (1 << bit), at);
        if (isSigned(bent, right, ['token'])) throw new Error(`byte ${at}, bit ${bit} went through`);
      }
    }
  });

  it('every character of the signature changed: wrong, spare bits of base64 too', () => {
    const right = sign('token');
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=';
    for (let at = 0; at < right.length; at += 1) {
      for (const other of alphabet) {
        const bent = right.slice(0, at) + other + right.slice(at + 1);
        expect(isSigned(BODY, bent, ['token'])).toBe(bent === right);
      }
    }
  });

  it.each([undefined, '', 'x', sign('token').slice(0, -1), `${sign('token')}=`, `${sign('token')} `, 'é'.repeat(44)])(
    'of another length or form: wrong, without an exception (%s)',
    (signature) => {
      expect(isSigned(BODY, signature, ['token'])).toBe(false);
    },
  );

  it('without any token nothing is right', () => {
    expect(isSigned(BODY, sign(''), [])).toBe(false);
    expect(verifierTokens('')).toEqual([]);
    expect(verifierTokens(' a , b,')).toEqual(['a', 'b']);
  });
});

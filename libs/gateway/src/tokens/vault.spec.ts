import { randomBytes } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readKeyRing, Vault, type KeyRing } from './vault';

const [k1, k2] = [randomBytes(32), randomBytes(32)];
const ring = (current: string, keys: Record<string, Buffer>): KeyRing => ({
  current,
  keys: new Map(Object.entries(keys)),
});
const place = { tenant: 'oak', column: 'access' };

describe('vault', () => {
  const vault = new Vault(ring('k1', { k1 }));

  it('seals under the current key and opens under any of the ring', () => {
    const sealed = vault.seal('token', place);
    expect(sealed).toMatch(/^v1\.k1\./);
    expect(vault.seal('token', place)).not.toBe(sealed);
    expect(new Vault(ring('k2', { k1, k2 })).open(sealed, place)).toBe('token');
  });

  it('opens nowhere else, under no other key, and not when altered', () => {
    const sealed = vault.seal('token', place);
    expect(() => vault.open(sealed, { ...place, tenant: 'elm' })).toThrow();
    expect(() => vault.open(sealed, { ...place, column: 'refresh' })).toThrow();
    expect(() => new Vault(ring('k1', { k1: k2 })).open(sealed, place)).toThrow();
    const flipped = sealed.slice(0, -2) + (sealed.endsWith('AA') ? 'BB' : 'AA');
    expect(() => vault.open(flipped, place)).toThrow();
  });

  it('looks a realm up by a keyed hash per key', () => {
    const both = new Vault(ring('k2', { k1, k2 })).lookups('4620');
    expect(both).toHaveLength(2);
    expect(both).toContain(vault.lookups('4620')[0]);
    expect(vault.lookups('4621')).not.toEqual(vault.lookups('4620'));
  });

  it.each([
    ['not json', 'cannot be read as JSON'],
    ['{}', 'lacks current or keys'],
    ['{"current":"k1","keys":{"k1":"c2hvcnQ="}}', 'holds a key that is not 32 bytes'],
    [
      JSON.stringify({ current: 'k9', keys: { k1: k1.toString('base64') } }),
      'names a current key that it does not hold',
    ],
  ])('a wrong ring is one sentence without a key: %s', (text, sentence) => {
    const file = join(mkdtempSync(join(tmpdir(), 'ring-')), 'keys.json');
    writeFileSync(file, text);
    expect(() => readKeyRing(file)).toThrow(`TOKEN_KEYS_FILE ${file} ${sentence}`);
  });
});

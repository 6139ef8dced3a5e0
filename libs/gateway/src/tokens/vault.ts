import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** Keys by their id; `current` seals, all of them open. */
export interface KeyRing {
  readonly current: string;
  readonly keys: ReadonlyMap<string, Buffer>;
}

const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** Reads `{"current":"k1","keys":{"k1":"<base64 of 32 bytes>"}}`. Throws a sentence that names the file, never a key. */
export function readKeyRing(file: string): KeyRing {
  const fault = (what: string): Error => new Error(`TOKEN_KEYS_FILE ${file} ${what}`);
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    throw fault('cannot be read as JSON');
  }
  const { current, keys } = (json ?? {}) as { current?: unknown; keys?: unknown };
  if (typeof current !== 'string' || typeof keys !== 'object' || keys === null) throw fault('lacks current or keys');
  const ring = new Map(Object.entries(keys).map(([id, key]) => [id, Buffer.from(String(key), 'base64')]));
  if ([...ring.values()].some((key) => key.length !== KEY_BYTES)) throw fault('holds a key that is not 32 bytes');
  if (!ring.has(current)) throw fault('names a current key that it does not hold');
  return { current, keys: ring };
}

/** What a sealed text belongs to: it opens nowhere else. */
export interface Place {
  readonly tenant: string;
  readonly column: string;
}

/**
 * Seals tokens and realm ids: AES-256-GCM, `v1.<key id>.<base64url of iv, ciphertext, tag>`, bound to tenant and column.
 */
export class Vault {
  #ring: KeyRing;

  constructor(ring: KeyRing) {
    this.#ring = ring;
  }

  /** The key that seals from now on. */
  get current(): string {
    return this.#ring.current;
  }

  /** Another ring: with one key more, or one less once nothing is sealed by it any more. */
  use(ring: KeyRing): void {
    this.#ring = ring;
  }

  /** The same text sealed by the current key; the text itself where it is already. */
  reseal(sealed: string, place: Place): string {
    return sealed.split('.')[1] === this.#ring.current ? sealed : this.seal(this.open(sealed, place), place);
  }

  seal(plain: string, place: Place): string {
    const { current } = this.#ring;
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#key(current), iv).setAAD(boundTo(place));
    const sealed = Buffer.concat([iv, cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return `v1.${current}.${sealed.toString('base64url')}`;
  }

  /** Throws on a text sealed for another place, by a key that is not in the ring, or altered. */
  open(sealed: string, place: Place): string {
    const [version, keyId, text] = sealed.split('.');
    if (version !== 'v1' || keyId === undefined || text === undefined) throw new Error('not a sealed text');
    const bytes = Buffer.from(text, 'base64url');
    const decipher = createDecipheriv('aes-256-gcm', this.#key(keyId), bytes.subarray(0, IV_BYTES))
      .setAAD(boundTo(place))
      .setAuthTag(bytes.subarray(-TAG_BYTES));
    return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()]).toString('utf8');
  }

  /** Keyed hashes of a realm id, one per key of the ring, by which it is looked up without being opened. */
  lookups(realmId: string): string[] {
    return [...this.#ring.keys].map(([id, key]) => {
      const lookupKey = Buffer.from(hkdfSync('sha256', key, Buffer.alloc(0), 'qbo-sync realm look-up', KEY_BYTES));
      return `${id}.${createHmac('sha256', lookupKey).update(realmId).digest('base64url')}`;
    });
  }

  #key(id: string): Buffer {
    const key = this.#ring.keys.get(id);
    if (key === undefined) throw new Error(`key ${id} is not in the ring`);
    return key;
  }
}

function boundTo({ tenant, column }: Place): Buffer {
  return Buffer.from(`${tenant}|${column}`);
}

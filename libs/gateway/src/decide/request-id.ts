import { createHash } from 'node:crypto';

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';
const LENGTH = 32;

/** What makes two sends the same one to QuickBooks. */
export interface SendIdentity {
  readonly books: string;
  readonly ref: string;
  /** Counts up when a record of this ref is made anew, so that QuickBooks does not replay the dead one. */
  readonly generation: number;
  /**
   * One refused is not sent again under its id: QuickBooks may replay its first error for ever (quickbooks.md §4). A person's
   * change is a new revision, another try of the same a new attempt; one of unknown outcome stays the one it was.
   */
  readonly revision: number;
  readonly attempt: number;
  readonly bytes: string;
}

/** 32 characters of base32 of a hash: within QuickBooks' 50, and its 36 in a batch (quickbooks.md §4). */
export function requestId({ books, ref, generation, revision, attempt, bytes }: SendIdentity): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([books, ref, generation, revision, attempt, bytes]))
    .digest();
  let id = '';
  let bits = 0;
  let held = 0;
  for (const byte of hash) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      id += ALPHABET[(held >> bits) & 31] ?? '';
      held &= (1 << bits) - 1;
    }
  }
  return id.slice(0, LENGTH);
}

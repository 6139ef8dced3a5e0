import type { OutgoingMessage } from './message';

/**
 * All that goes to one partition in one call travels as one record batch, which brokers refuse above 1 MiB
 * (`message.max.bytes`): a call stays well below that whatever its messages' keys.
 */
const MAX_CHUNK_BYTES = 512 * 1024;
/** What a record costs beside its bytes, at most. */
const RECORD_OVERHEAD_BYTES = 64;

/** Splits messages, in their order, into stretches of at most `maxBytes`; a larger message stands alone. */
export function chunks(messages: readonly OutgoingMessage[], maxBytes = MAX_CHUNK_BYTES): OutgoingMessage[][] {
  const made: OutgoingMessage[][] = [];
  let room = 0;
  for (const message of messages) {
    const size = sizeOf(message);
    const last = made.at(-1);
    if (last !== undefined && size <= room) {
      last.push(message);
      room -= size;
    } else {
      made.push([message]);
      room = maxBytes - size;
    }
  }
  return made;
}

function sizeOf({ key, value, headers = {} }: OutgoingMessage): number {
  const inHeaders = Object.entries(headers).reduce((sum, [name, text]) => sum + bytes(name) + bytes(text), 0);
  return RECORD_OVERHEAD_BYTES + bytes(key) + bytes(value) + inHeaders;
}

function bytes(content: string | Buffer | null): number {
  return content === null ? 0 : Buffer.byteLength(content);
}

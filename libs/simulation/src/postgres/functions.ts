import type { Execution } from './evaluate';
import { compare } from './values';

/** A function of values; what is not known here may have effects beside the rows. */
export function plainCall(name: string, args: readonly unknown[], run: Execution): unknown {
  const [first, second] = args;
  switch (name) {
    case 'now':
    case 'clock_timestamp':
    case 'statement_timestamp':
    case 'transaction_timestamp':
      return run.now;
    case 'greatest':
    case 'least': {
      const values = args.filter((value) => value !== null);
      return values.length === 0
        ? null
        : values.reduce((best, value) => (compare(value, best) > 0 === (name === 'greatest') ? value : best));
    }
    case 'nullif':
      return first !== null && second !== null && compare(first, second) === 0 ? null : first;
    case 'hashtext':
      return [...String(first)].reduce((hash, letter) => (Math.imul(hash, 31) + letter.charCodeAt(0)) | 0, 7);
    case 'decode':
      return first === null ? null : Buffer.from(String(first), second as BufferEncoding);
    case 'encode':
      return first === null ? null : (first as Buffer).toString(second as BufferEncoding);
    case 'cardinality':
      return first === null ? null : (first as unknown[]).length;
    case 'array_length':
      return first === null || (first as unknown[]).length === 0 ? null : (first as unknown[]).length;
    case 'length':
    case 'octet_length':
      return first === null ? null : (first as string).length;
    case 'chr':
      return String.fromCharCode(Number(first));
    case 'repeat':
      return String(first).repeat(Number(second));
    case 'string_to_array':
      return stringToArray(first as string | null, String(second), args[2]);
    case 'array_to_string':
      return first === null ? null : (first as unknown[]).filter((each) => each !== null).join(String(second));
    case 'concat_ws':
      return args
        .slice(1)
        .filter((each) => each !== null)
        .map(String)
        .join(String(first));
    case 'lower':
      return first === null ? null : String(first).toLowerCase();
    case 'make_interval':
      return { intervalMs: Number(second) * (first === 'secs' ? 1_000 : first === 'mins' ? 60_000 : 3_600_000) };
    case 'to_timestamp':
      return first === null ? null : new Date(Math.round(Number(first) * 1_000));
    case 'extract epoch':
      return first === null
        ? null
        : first instanceof Date
          ? first.getTime() / 1_000
          : (first as { intervalMs: number }).intervalMs / 1_000;
    case 'jsonb_build_object':
      return Object.fromEntries(args.flatMap((key, at) => (at % 2 === 0 ? [[String(key), args[at + 1]]] : [])));
    case 'array_append':
      return [...((first as unknown[] | null) ?? []), second];
    case 'floor':
      return first === null ? null : Math.floor(Number(first));
    case 'mod':
      return Number(first) % Number(second);
    case 'abs':
      return first === null ? null : Math.abs(Number(first));
    default:
      return run.effect(name, args);
  }
}

/** An empty text has no elements; an element equal to `empty` is null. */
function stringToArray(text: string | null, between: string, empty: unknown): readonly unknown[] | null {
  if (text === null) return null;
  return text === '' ? [] : text.split(between).map((each) => (each === empty ? null : each));
}

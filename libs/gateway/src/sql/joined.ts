/** Stand between rows, between the texts of one row or parameter, and between the parts of one text. */
const ROWS = '\x1d';
const BETWEEN = '\x1e';
const WITHIN = '\x1f';
const BETWEEN_LONG = BETWEEN.repeat(16);

const NEVER_KEPT = new RegExp(`[\\0${ROWS}${BETWEEN}${WITHIN}]`, 'g');
const OTHERS = new RegExp(`[${ROWS}${WITHIN}]`, 'g');
const NOT_KNOWN = '\ufffd';

/**
 * JSON texts as one parameter, for `string_to_array($n, repeat(chr(30), 16), '')`; null stands as the empty text. The driver
 * escapes each element of an array in JavaScript, at five times the CPU (performance.md §1.4). JSON never holds the separator
 * raw. It is long for long texts: one of sixteen characters Postgres looks for at every sixteenth place, one of one at each.
 */
export function joinedJson(texts: readonly (string | null)[]): string {
  return texts.map((text) => text ?? '').join(BETWEEN_LONG);
}

/** The same where often none is given at all: null then. */
export function joinedJsonOrNull(texts: readonly (string | null)[]): string | null {
  return texts.every((text) => text === null) ? null : joinedJson(texts);
}

/** Words and numbers, for `string_to_array($n, chr(30))`; a separator, which no name of ours and no text of QuickBooks' holds, is not kept. */
export function joined(words: readonly (string | number | boolean | null)[]): string {
  // What separates is looked for once in all of it: word by word that is half of what joining costs.
  const isPlain = !words.join('').includes(BETWEEN);
  const text = (isPlain ? words : words.map(single)).join(BETWEEN);
  return text.includes(WITHIN) || text.includes(ROWS) ? text.replace(OTHERS, NOT_KNOWN) : text;
}

/** The same where often nothing is given at all: null then, for which `unnest` gives a null in each row. */
export function joinedOrNull(words: readonly (string | number | boolean | null)[]): string | null {
  return words.every((word) => word === null) ? null : joined(words);
}

/**
 * The same where mostly all are one, for `coalesce(…, $m)`: the list, null when all are, and that one, null when they are not.
 * A column that is given once costs Postgres a twentieth of one that is taken apart.
 */
export function joinedOrOne(words: readonly (string | boolean | null)[]): [string | null, string | boolean | null] {
  const one = words[0] ?? null;
  return words.every((word) => word === one) ? [null, one] : [joined(words), null];
}

/** Numbers as a list, for `$n::bigint[]` and the like: nothing of them need be escaped, and Postgres reads them as numbers. */
export function numbers(list: readonly number[]): string {
  return `{${list.join(',')}}`;
}

/** Lists of words, for `string_to_array(…, chr(31))` of each element; null when all are empty. */
export function joinedLists(lists: readonly (readonly string[])[]): string | null {
  if (lists.every((words) => words.length === 0)) return null;
  return lists.map((words) => words.map(plain).join(WITHIN)).join(BETWEEN);
}

/** The parts of a text that came back joined (`string_agg(…, chr(30))`); of no rows it is null. */
export function parted(text: string | null): string[] {
  return text === null ? [] : text.split(BETWEEN);
}

/**
 * Rows that came back as one text: `string_agg(concat_ws(chr(30), …), chr(29))`. Apart, a row of many columns costs the driver
 * more CPU than all that is done with it.
 */
export function partedRows(text: string | null): string[][] {
  return text === null ? [] : text.split(ROWS).map(parted);
}

/** A list of words that came back joined (`array_to_string(…, chr(31))`). */
export function partedList(text: string): string[] {
  return text === '' ? [] : text.split(WITHIN);
}

/** Without what would make it two. */
function single(word: string | number | boolean | null): string {
  return String(word ?? '').replaceAll(BETWEEN, NOT_KNOWN);
}

/** A name without what Postgres does not hold, or what would make it two. */
export function plain(word: string): string {
  return word.replace(NEVER_KEPT, NOT_KNOWN);
}

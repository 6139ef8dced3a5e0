/** Stand between the texts of one parameter, and between the parts of one text. */
const BETWEEN = '\x1e';
const WITHIN = '\x1f';

const SEPARATORS = new RegExp(`[${BETWEEN}${WITHIN}]`, 'g');
const NOT_KNOWN = '\ufffd';

/**
 * JSON texts as one parameter, for `string_to_array($n, chr(30), '')`; null stands as the empty text. The driver escapes
 * each element of an array in JavaScript, at five times the CPU (performance.md §1.4). JSON never holds the separator raw.
 */
export function joinedJson(texts: readonly (string | null)[]): string {
  return texts.map((text) => text ?? '').join(BETWEEN);
}

/** The same for words and numbers; a separator, which no name of ours and no text of QuickBooks' holds, is not kept. */
export function joined(words: readonly (string | number | boolean | null)[]): string {
  return words.map((word) => (typeof word === 'string' ? plain(word) : (word ?? ''))).join(BETWEEN);
}

/** Lists of words, for `string_to_array(…, chr(31))` of each element. */
export function joinedLists(lists: readonly (readonly string[])[]): string {
  return lists.map((words) => words.map(plain).join(WITHIN)).join(BETWEEN);
}

function plain(word: string): string {
  return word.includes(BETWEEN) || word.includes(WITHIN) ? word.replace(SEPARATORS, NOT_KNOWN) : word;
}

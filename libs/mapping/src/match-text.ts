/**
 * Texts made comparable (postings.md §12): two of one record are equal after this, whoever typed them.
 */
const PUNCTUATION = /[^\p{L}\p{M}\p{N}]+/gu;
/** Stand inside a word: `L.L.C.` is `llc`, `O'Neil` is `oneil`. */
const WITHIN_WORDS = /['’`]|(?<=\p{L})\./gu;
const LEGAL_ENDINGS: ReadonlySet<string> = new Set(['inc', 'llc', 'ltd', 'co']);
/** What QuickBooks puts behind the name of a record it has made inactive. */
const DELETED = /\s*\(deleted(?:[ -]?\d+)?\)\s*$/i;
/** Shorter ones are extensions and typing errors: they tell nobody. */
const LEAST_DIGITS = 7;
const PHONE_DIGITS = 10;

/** NFKC, lower case, `&` → and, punctuation and double spaces out. */
export function plainText(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/&/g, ' and ')
    .replace(WITHIN_WORDS, '')
    .replace(PUNCTUATION, ' ')
    .trim();
}

/** A name without " (deleted)" and its legal endings: `Müller & Söhne, Inc.` → `müller and söhne`. */
export function plainName(name: string): string {
  const words = plainText(name.replace(DELETED, '')).split(' ');
  while (words.length > 1 && LEGAL_ENDINGS.has(words[words.length - 1] ?? '')) words.pop();
  return words.join(' ');
}

/** Every address of a field that may hold several. */
export function plainEmails(...texts: readonly (string | undefined)[]): readonly string[] {
  const all = texts.flatMap((text) =>
    (text ?? '')
      .normalize('NFKC')
      .toLowerCase()
      .split(/[\s,;]+/),
  );
  return [...new Set(all.filter((email) => email.includes('@')))];
}

/** Last 10 digits of each number. */
export function plainPhones(...texts: readonly (string | undefined)[]): readonly string[] {
  const all = texts.map((text) => (text ?? '').normalize('NFKC').replace(/\D/g, '').slice(-PHONE_DIGITS));
  return [...new Set(all.filter((digits) => digits.length >= LEAST_DIGITS))];
}

/**
 * Number, street and postal code: `12 Oak St., Apt 4` at `78701-1234` → `12 oak st 78701`. Undefined where one is
 * missing: a street or a postal code alone is many people's.
 */
export function plainAddress(line1: string | undefined, postalCode: string | undefined): string | undefined {
  const [street = ''] = (line1 ?? '').normalize('NFKC').split(/[,#\n]|\b(?:apt|unit|suite|ste)\b/i);
  const plain = plainText(street);
  const postal = (postalCode ?? '')
    .normalize('NFKC')
    .toLowerCase()
    .replace(/-\d{4}$/, '')
    .replace(PUNCTUATION, '');
  return /\d/.test(plain) && /\p{L}/u.test(plain) && postal !== '' ? `${plain} ${postal}` : undefined;
}

import type { Reason } from '@qbo-sync/contracts/reasons';

/**
 * Text as QuickBooks takes it (postings.md §1.12, quickbooks.md §9.3, §11 row 25): names lose `:`, tab and newline
 * (→ `-`), everything loses control characters and lone surrogates, what is too long is cut and warned of. Lengths are
 * UTF-16 units, the stricter reading of QuickBooks' limits; a cut never falls inside a code point.
 */
const NAME_BREAKERS = /:|\t|\r\n|\r|\n/g;
const LINE_ENDS = /\r\n|\r/g;
const CONTROLS = /\p{Cc}|\p{Cs}/gu;
const CONTROLS_BUT_NEWLINE = /(?!\n)\p{Cc}|\p{Cs}/gu;

/** Cuts to at most `limit` UTF-16 units at a code point's edge. */
export function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  let kept = '';
  for (const point of text) {
    if (kept.length + point.length > limit) break;
    kept += point;
  }
  return kept.trimEnd();
}

/** The last `limit` UTF-16 units, from a code point's edge: a Stripe id's telling end. */
export function tail(text: string, limit: number): string {
  const points = [...text];
  while (points.join('').length > limit) points.shift();
  return points.join('');
}

export const cleanName = (text: string): string => text.replace(NAME_BREAKERS, '-').replace(CONTROLS, '').trim();

/** Text that may hold several lines (descriptions, memos). */
export const cleanText = (text: string): string =>
  text.replace(LINE_ENDS, '\n').replace(CONTROLS_BUT_NEWLINE, '').trim();

/** Puts a suffix behind a name so that both fit: the name is cut, never the suffix. */
export const withSuffix = (name: string, suffix: string, limit: number): string =>
  `${cut(cleanName(name), limit - suffix.length)}${suffix}`;

/** Cleans and cuts the texts of one record and remembers what was shortened. Empty texts are left out. */
export interface Texts {
  name(text: string | undefined, limit: number): string | undefined;
  lines(text: string | undefined, limit: number): string | undefined;
  /** Text of which a part is worthless (an e-mail address): left out, and warned of, unless QuickBooks takes all of it. */
  whole(text: string | undefined, accepted: (cleaned: string) => boolean): string | undefined;
  warnings(): Reason[];
}

export function texts(): Texts {
  const shortened = new Set<'name_shortened' | 'text_shortened'>();
  const fit = (text: string, limit: number, code: 'name_shortened' | 'text_shortened'): string | undefined => {
    const kept = cut(text, limit);
    if (kept !== text) shortened.add(code);
    return kept === '' ? undefined : kept;
  };
  return {
    name: (text, limit) => (text === undefined ? undefined : fit(cleanName(text), limit, 'name_shortened')),
    lines: (text, limit) => (text === undefined ? undefined : fit(cleanText(text), limit, 'text_shortened')),
    whole: (text, accepted) => {
      const cleaned = cleanName(text ?? '');
      if (cleaned === '' || accepted(cleaned)) return cleaned === '' ? undefined : cleaned;
      shortened.add('text_shortened');
      return undefined;
    },
    warnings: () => [...shortened].map((code) => ({ code })),
  };
}

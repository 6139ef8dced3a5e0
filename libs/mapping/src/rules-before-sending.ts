import { hold, type Hold, type MappingContext } from './document';

/** The checks every document passes, beside its own (postings.md §1.5, §1.10). */

/** `currency` unless the document is in the company's home currency. `n` is what a person calls the document. */
export function currencyHold(n: string, currency: string, ctx: MappingContext): Hold | undefined {
  const home = ctx.profile.homeCurrency;
  return currency === home ? undefined : hold('currency', { n, cur: currency, home });
}

/** As if no books were closed: what is posted and says the same is no change of them, and what was never posted none at all. */
export const openBooks = (ctx: MappingContext): MappingContext => ({
  ...ctx,
  profile: { ...ctx.profile, bookCloseDate: null },
});

/** `closed_period` when the day lies in closed books. */
export function closedHold(doc: string, day: string, ctx: MappingContext): Hold | undefined {
  const closed = ctx.profile.bookCloseDate;
  return closed !== null && day <= closed ? hold('closed_period', { doc, d: day, c: closed }) : undefined;
}

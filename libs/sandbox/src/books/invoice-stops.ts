import { codeChosen } from './books-tax';
import { cents } from './cents';
import type { BooksChoices } from './choices';
import type { Data, Happening, Life, Stop } from './happened';

/** The longest number QuickBooks takes. */
const NUMBER_LENGTH = 21;

/** What decides whether an invoice's event is written. */
export interface InvoiceJudging {
  readonly life: Life | undefined;
  readonly customer: Data | undefined;
  readonly choices: BooksChoices;
}

/**
 * Why an invoice's event is not written (postings.md §1.5, §6).
 *
 *   sent while the company posts on payment    skipped until its balance is 0; voided before: nothing ever was
 *   a number too long                          held, where Run a Call numbers
 *   taxed though its customer is exempt        held
 *   several rates                              held, where QuickBooks takes one code for the invoice, until a person chose it
 *   dated, or changed, in closed books         held; a person chooses a later day, a credit memo, or leaves it
 */
export function invoiceStop(
  event: Happening,
  isPosted: boolean,
  { life, customer, choices }: InvoiceJudging,
): Stop | undefined {
  const { data } = event;
  if (choices.numbering !== 'quickbooks' && data.number.length > NUMBER_LENGTH)
    return { state: 'needs attention', reason: 'number_long' };
  if (!isPosted && waitsToBePaid(life, choices)) {
    if (event.change === 'voided') return { state: 'skipped', reason: 'unchanged' };
    if (cents(data.balance) !== 0n) return { state: 'skipped', reason: 'not_paid_yet' };
  }
  if (!isPosted && customer?.taxExempt === true && cents(data.taxTotal) !== 0n)
    return { state: 'needs attention', reason: 'exempt' };
  if (
    codeChosen(data, choices) === undefined &&
    choices.taxedBy === 'by code' &&
    data.taxes.filter(({ amount }) => cents(amount) !== 0n).length > 1
  )
    return { state: 'needs attention', reason: 'two_rates' };
  if (!isInClosedBooks(event, choices) || isSettled(event, choices)) return undefined;
  return choiceOf(data, choices) === 'leave'
    ? { state: 'dismissed', reason: '' }
    : { state: 'needs attention', reason: 'closed_period' };
}

/** Money that comes for it is nothing to QuickBooks' invoice; a void or a change of what it says is. */
function isInClosedBooks({ phase, data }: Happening, { closed }: BooksChoices): boolean {
  return closed !== undefined && phase === closed.before && data.issuedOn <= closed.through;
}

/** A person's choice lets it be written all the same. */
function isSettled({ data, change }: Happening, choices: BooksChoices): boolean {
  const choice = choiceOf(data, choices) ?? '';
  return change === 'voided' ? choice === 'credit-memo' : choice.startsWith('date ');
}

/** The setting counts at the moment an invoice is first sent; a person may post it all the same. */
export function waitsToBePaid(life: Life | undefined, choices: Pick<BooksChoices, 'onPayment' | 'chosen'>): boolean {
  const first = life?.happenings[0];
  const waits = first !== undefined && choices.onPayment?.includes(first.phase) === true;
  return waits && choiceOf(first.data, choices) !== 'post-now';
}

/** The day an invoice stands under: a person's, else the day it was paid where that is when it was posted. */
export function postedOn(first: Data, life: Life | undefined, choices: BooksChoices): string {
  const [word, day = ''] = (choiceOf(first, choices) ?? '').split(' ');
  if (word === 'date') return day;
  return waitsToBePaid(life, choices) ? (first.paidOn ?? first.issuedOn) : first.issuedOn;
}

/** A void in closed books leaves the invoice and takes it back by a credit memo. */
export const isCredited = (invoice: Data, choices: BooksChoices): boolean =>
  choiceOf(invoice, choices) === 'credit-memo';

const choiceOf = ({ id }: Data, { chosen = {} }: Pick<BooksChoices, 'chosen'>): string | undefined =>
  chosen[`invoice:${id}`];

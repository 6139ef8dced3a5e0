import type { Line } from '@qbo-sync/contracts/runacall/invoice';
import type { Refund } from '@qbo-sync/contracts/runacall/payment';
import { cents, type Cents } from './cents';
import type { BooksChoices, ChosenAccount } from './choices';
import type { Data, Life } from './happened';
import { shareRefunds, type Refunded } from './refund-share';

/** Money on an account: what it earned or was given (credit), or, negative, what was taken from it. */
export interface Movement {
  readonly account: ChosenAccount;
  readonly amount: Cents;
}

export interface Ledger {
  readonly lives: ReadonlyMap<string, Life>;
  readonly choices: BooksChoices;
}

/** What an invoice earns: its lines, its discount and its tip, each on its account; notes earn nothing. */
export function earned(invoice: Data, ledger: Ledger): Movement[] {
  const { choices } = ledger;
  return [
    ...invoice.lines.flatMap((line) =>
      line.kind === 'note' ? [] : [{ account: accountOf(line, invoice, ledger), amount: cents(line.amount) }],
    ),
    { account: choices.discounts, amount: -cents(invoice.discount?.amount ?? '0') },
    { account: choices.tips, amount: cents(invoice.tip ?? '0') },
  ].filter(({ amount }) => amount !== 0n);
}

/** What each of an invoice's refunds takes back of what it earned, and of its tax (postings.md §9). */
export function givenBack(
  invoice: Data,
  refunds: readonly Refund[],
  ledger: Ledger,
): readonly { readonly movements: Movement[]; readonly tax: Cents }[] {
  const lines = earned(invoice, ledger);
  const refunded: Refunded = { amounts: lines.map(({ amount }) => amount), tax: cents(invoice.taxTotal) };
  return shareRefunds(refunded, refunds).map(({ parts, tax }) => ({
    movements: lines.map(({ account }, place) => ({ account, amount: -(parts[place] ?? 0n) })),
    tax,
  }));
}

/** Where a payment's money waits until it is in the bank. */
export function waitsIn({ processor }: Data, { clearing, undeposited }: BooksChoices): ChosenAccount {
  return processor === 'stripe' ? clearing : undeposited;
}

/** The account a refund is paid from: Stripe's come from where its payments wait. */
export function paidFrom(refund: Refund, { clearing, refunds }: BooksChoices): ChosenAccount {
  return refund.processorRefundId === undefined ? refunds : clearing;
}

function accountOf(line: Line, invoice: Data, { lives, choices }: Ledger): ChosenAccount {
  if (line.kind === 'discount') return choices.discounts;
  const subscription = invoice.membershipId !== undefined && invoice.jobId === undefined;
  if (subscription || line.kind === 'membership') return choices.memberships;
  const item = line.itemId === undefined ? undefined : lives.get(`item:${line.itemId}`)?.happenings[0]?.data;
  if (item?.kind === 'membership') return choices.memberships;
  const category = item === undefined ? line.categoryId : item.categoryId;
  return (category === undefined ? undefined : choices.categories[category]) ?? choices.income;
}

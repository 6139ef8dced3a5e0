import type { StripePayout } from '@qbo-sync/contracts/stripe/payout';
import { equalByValue, formatAmount, parseDecimal } from '@qbo-sync/money/decimal';
import { daysBetween } from '@qbo-sync/money/zone';
import { type Hold, hold, type MappingContext } from './document';

/** Money that came to an account of the bank, as QuickBooks has it. */
export interface BankDeposit {
  readonly bankId: string;
  /** Decimal string. */
  readonly total: string;
  /** `YYYY-MM-DD` */
  readonly date: string;
}

/** A bookkeeper's deposit stands from two days before the arrival to five after (postings.md §12). */
export const DAYS_BEFORE = -2;
export const DAYS_AFTER = 5;

/** `payout_exists` when one of these deposits, which are not ours, may have been entered by hand for the payout (§12). */
export function payoutExists(
  payout: StripePayout,
  deposits: readonly BankDeposit[],
  ctx: MappingContext,
): Hold | undefined {
  const bank = ctx.values['payments.payoutAccount'];
  if (bank === null) return undefined;
  const found = deposits.find(({ bankId, total, date }) => {
    const days = daysBetween(payout.arrivalDate, date);
    return bankId === bank.id && equalByValue(total, payout.amount) && days >= DAYS_BEFORE && days <= DAYS_AFTER;
  });
  const x = formatAmount(parseDecimal(payout.amount));
  return found && hold('payout_exists', { x, date: found.date, bank: bank.name, po: payout.id });
}

import type { StripeDispute } from '@qbo-sync/contracts/stripe/dispute';
import type { StripePayout, StripeTransaction } from '@qbo-sync/contracts/stripe/payout';
import { Decimal } from '@qbo-sync/money/decimal';
import type Stripe from 'stripe';
import { fromMinor } from './minor-units';

/** Stripe's shapes → ours. Undefined: Stripe's answer is not what it documents, so nothing is made of it. */

export function payoutOf(payout: Stripe.Payout): StripePayout | undefined {
  const { id, amount, currency, arrival_date, created, status, automatic, method, reconciliation_status } = payout;
  const isDocumented =
    [id, currency, status, method, reconciliation_status].every((each) => typeof each === 'string') &&
    [amount, arrival_date, created].every(Number.isSafeInteger) &&
    typeof automatic === 'boolean';
  if (!isDocumented) return undefined;
  return {
    id,
    amount: fromMinor(amount, currency),
    currency: currency.toUpperCase(),
    // Midnight in UTC of the day it names.
    arrivalDate: instant(arrival_date).slice(0, 10),
    createdAt: instant(created),
    status,
    automatic,
    method,
    reconciliationStatus: reconciliation_status,
  };
}

export function disputeOf(dispute: Stripe.Dispute): StripeDispute | undefined {
  const { id, amount, currency, created, status, charge } = dispute;
  const isDocumented =
    [id, currency, status].every((each) => typeof each === 'string') && [amount, created].every(Number.isSafeInteger);
  if (!isDocumented) return undefined;
  return {
    ...{ id, status, charge: idOf(charge) },
    ...{ amount: fromMinor(amount, currency), currency: currency.toUpperCase(), createdAt: instant(created) },
  };
}

/** Its source by id; the charge behind that stands in another record. */
export function transactionOf(transaction: Stripe.BalanceTransaction): StripeTransaction | undefined {
  const { id, type, reporting_category, currency, amount, fee, net, fee_details } = transaction;
  const isDocumented =
    [id, type, reporting_category, currency].every((each) => typeof each === 'string') &&
    [amount, fee, net].every(Number.isSafeInteger) &&
    Array.isArray(fee_details) &&
    fee_details.every((each) => typeof each.type === 'string' && Number.isSafeInteger(each.amount)) &&
    new Decimal(amount).minus(fee).equals(net);
  if (!isDocumented) return undefined;
  return {
    id,
    type,
    category: reporting_category,
    currency: currency.toUpperCase(),
    amount: fromMinor(amount, currency),
    fee: fromMinor(fee, currency),
    fees: fee_details.map((each) => ({ kind: each.type, amount: fromMinor(each.amount, currency) })),
    net: fromMinor(net, currency),
    source: idOf(transaction.source),
    charge: null,
    description: transaction.description ?? null,
    converted: (transaction.exchange_rate ?? null) !== null,
  };
}

/** The id of what Stripe shows by id, or whole. */
export function idOf(shown: unknown): string | null {
  const id = typeof shown === 'object' && shown !== null ? (shown as { id?: unknown }).id : shown;
  return typeof id === 'string' ? id : null;
}

/** Stripe's seconds as RFC 3339. */
export const instant = (seconds: number): string => new Date(seconds * 1000).toISOString();

import { entityOf, idOf } from '@qbo-sync/contracts/refs';
import type { PayoutDetail, PayoutPartView, PayoutView } from '@qbo-sync/contracts/stripe/payout-view';
import { formatAmount, parseDecimal } from '@qbo-sync/money/decimal';
import { codedOf } from '../log/row-view';
import type { PayoutDto, PayoutPartDto, PayoutRowDto } from './payout.dto';

/** A payout as the API shows it; what is missing has its sentence. */
export function payoutRow(payout: PayoutView): PayoutRowDto {
  const { id, arrivesOn, amount, currency, state, reason, read, whole, quickbooks } = payout;
  const difference = differenceOf(payout);
  return {
    ...{ id, arrivesOn, amount: { amount, currency }, state, progress: { read, whole } },
    ...(difference === undefined ? {} : { difference: { amount: difference, currency } }),
    missing: reason === undefined || state === 'equal' ? [] : [codedOf(reason)],
    quickbooks,
  };
}

function differenceOf({ state, reason }: PayoutView): string | undefined {
  if (state === 'equal') return '0.00';
  const { x, y } = reason?.code === 'payout_unequal' ? (reason.params ?? {}) : {};
  return x === undefined || y === undefined ? undefined : formatAmount(parseDecimal(x).minus(parseDecimal(y)));
}

export function payoutDetail({ payout, sums, parts, next }: PayoutDetail): PayoutDto {
  const { currency } = payout;
  return {
    ...payoutRow(payout),
    sums: sums.map(({ kind, count, amount, fee }) => ({
      ...{ kind, count, amount: { amount, currency }, fee: { amount: fee, currency } },
    })),
    parts: parts.map((part) => partOf(part, currency)),
    next,
  };
}

function partOf(
  { kind, amount, fee, stripeId, ref, state, quickbooks }: PayoutPartView,
  currency: string,
): PayoutPartDto {
  return {
    ...{ kind, amount: { amount, currency }, fee: { amount: fee, currency }, stripeId, state },
    ...(ref === undefined ? {} : { entity: entityOf(ref), recordId: idOf(ref) }),
    ...(quickbooks === undefined ? {} : { quickbooks }),
  };
}

import type { ExactObject } from '@qbo-sync/contracts/exact-json';
import type { Draft } from '../draft';
import { Decimal, decimalOrZero, refValue, sum, text } from '../exact';
import { refuse } from '../refusal';
import { checkApplicationsOpen } from './locks';
import {
  appliedBy,
  appliedFields,
  applicationsOf,
  openItem,
  paidOf,
  touchApplied,
  type Applied,
  type LinkedType,
} from './open-items';

/**
 * What stays applied to a transaction that is given a new total; shortens its last payments, or refuses, when the total is
 * below them. Its customer cannot change while any is applied (6130).
 */
export function settleApplied(
  draft: Draft,
  type: 'Invoice' | 'CreditMemo',
  current: ExactObject | undefined,
  customer: string,
  total: Decimal,
): Decimal {
  const id = text(current?.['Id']);
  if (current === undefined || id === undefined) return new Decimal(0);
  const applications = applicationsOf(draft, type, id);
  const applied = sum(applications.map((application) => application.amount));
  if (applied.greaterThan(0) && refValue(current['CustomerRef']) !== customer) {
    refuse('6130', 'The customer of a transaction with payments cannot be changed.', 'CustomerRef');
  }
  if (applied.lessThanOrEqualTo(total)) return applied;
  if (draft.company.switches.loweredBelowPaid === 'refuse') {
    refuse(
      '6000',
      'Business Validation Error: The transaction amount cannot be less than the amount already paid.',
      'TotalAmt',
    );
  }
  let excess = applied.minus(total);
  for (const application of applications.reverse()) {
    const cut = Decimal.min(excess, application.amount);
    if (cut.greaterThan(0)) unapply(draft, application.payment, { type, id }, cut);
    excess = excess.minus(cut);
  }
  return total;
}

/** Takes all payments off a transaction that is to be voided or deleted, or refuses while there are any. */
export function releasePayments(
  draft: Draft,
  type: LinkedType,
  id: string,
  how: 'refuse' | 'unapply',
  what: string,
): void {
  const applications = applicationsOf(draft, type, id);
  if (applications.length > 0 && how === 'refuse') {
    refuse('6000', `Business Validation Error: A paid transaction cannot be ${what}. Remove its payments first.`, 'Id');
  }
  for (const application of applications) unapply(draft, application.payment, { type, id }, application.amount);
}

/**
 * Takes some of a payment off a transaction, which its caller saves. Where the payment then uses more credit than it pays, or
 * pays more than it has, its last lines of that side are shortened too.
 */
function unapply(draft: Draft, payment: ExactObject, off: { type: LinkedType; id: string }, cut: Decimal): void {
  const id = text(payment['Id']) ?? '';
  const current = draft.get('Payment', id) ?? payment;
  checkApplicationsOpen(draft, id);
  const customer = refValue(current['CustomerRef']) ?? '';
  const total = decimalOrZero(current['TotalAmt']);
  const before = appliedBy(current);
  const isOff = (line: Applied): boolean => line.type === off.type && line.id === off.id;
  let lines = before.map((line) => (isOff(line) ? { ...line, amount: line.amount.minus(cut) } : line));
  const paid = paidOf(draft, lines, customer);
  if (paid.isNegative()) lines = shortened(draft, lines, customer, -1, paid.negated());
  if (paid.greaterThan(total)) lines = shortened(draft, lines, customer, 1, paid.minus(total));
  const left = lines.filter((line) => line.amount.greaterThan(0));
  draft.save('Payment', id, { ...current, ...appliedFields(draft, left, { total, customer }) });
  const others = (all: readonly Applied[]): Applied[] => all.filter((line) => !isOff(line));
  touchApplied(draft, others(before), others(left));
}

function shortened(
  draft: Draft,
  lines: readonly Applied[],
  customer: string,
  side: 1 | -1,
  excess: Decimal,
): Applied[] {
  let rest = excess;
  const fromLast = [...lines].reverse().map((line) => {
    if (openItem(draft, line.type, line.id, customer)?.side !== side) return line;
    const cut = Decimal.min(rest, line.amount);
    rest = rest.minus(cut);
    return { ...line, amount: line.amount.minus(cut) };
  });
  return fromLast.reverse();
}

import type { TextObject } from '@qbo-sync/contracts/exact-json';
import type { ExpectedPayment } from '@qbo-sync/contracts/internal/expected';
import { equalByValue, formatAmount, parseDecimal, sum } from '@qbo-sync/money/decimal';
import { listIn, textAt } from '../quickbooks/record-fields';
import { type Check, checkOf, type Compared, type Expectation, type Finding, waiting } from './check';

/**
 * The payments sit in the right account, are applied to the invoice, and its balance agrees (postings.md §13). Waits until the
 * invoice is paid in Run a Call and every payment of it is in QuickBooks.
 */
export function depositCheck({ invoice, payments }: Expectation, finding: Finding): Check {
  const expected = [...new Set(payments.map(({ account }) => account?.name ?? 'no account chosen'))].join(', ');
  const isPaid = equalByValue(invoice.balance, '0');
  if (!isPaid || payments.length === 0) return waiting('deposit', 'not paid yet', expected === '' ? null : expected);
  const linked = payments.map((payment) => ({ payment, record: finding.payments.get(payment.quickbooksId ?? '') }));
  if (payments.some(({ quickbooksId }) => quickbooksId === null)) {
    return waiting('deposit', 'a payment is not in QuickBooks yet', expected);
  }
  const balance = textAt(finding.invoice, 'Balance') ?? '0';
  return checkOf('deposit', [
    ...linked.flatMap(({ payment, record }) => comparedPayment(payment, record, finding)),
    {
      found: `balance ${balance}`,
      expected: `balance ${invoice.balance}`,
      right: equalByValue(balance, invoice.balance),
      setting: 'payments.push',
    },
  ]);
}

function comparedPayment(
  { ref, amount, account, setting }: ExpectedPayment,
  record: TextObject | undefined,
  finding: Finding,
): Compared[] {
  const wanted = account?.name ?? 'no account chosen';
  if (record === undefined) return [{ found: `${ref} is not there`, expected: wanted, right: false, setting }];
  const accountId = textAt(record, 'DepositToAccountRef.value') ?? finding.undepositedId;
  const applied = formatAmount(appliedTo(textAt(finding.invoice, 'Id') ?? '', record));
  return [
    {
      found: accountId === undefined ? 'Undeposited Funds' : finding.accountName(accountId),
      expected: wanted,
      right: accountId !== undefined && accountId === account?.id,
      setting,
    },
    {
      found: `${applied} applied`,
      expected: `${amount} applied`,
      right: equalByValue(applied, amount),
      setting: 'payments.push',
    },
  ];
}

function appliedTo(invoiceId: string, payment: TextObject) {
  const lines = listIn(payment, 'Line').filter((line) =>
    listIn(line, 'LinkedTxn').some(
      (link) => textAt(link, 'TxnType') === 'Invoice' && textAt(link, 'TxnId') === invoiceId,
    ),
  );
  return sum(lines.map((line) => parseDecimal(textAt(line, 'Amount') ?? '0')));
}

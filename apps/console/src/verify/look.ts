import { entityOf } from '@qbo-sync/contracts/refs';
import { type Coded, isReasonCode, type Reason, remedy } from '@qbo-sync/contracts/reasons';
import { codedOf } from '../log/row-view';
import { type Check, CHECK_CODES, type CheckCode, type Expectation, type Finding, waiting } from './check';
import { customerCheck } from './customer-check';
import { depositCheck } from './deposit-check';
import { incomeCheck } from './income-check';
import type { RecordRow } from './record-rows';
import { taxCheck } from './tax-check';

/** A record that somebody has to do something about, or that waits. */
export type Standing = { readonly is: 'posted' } | { readonly is: 'pending' | 'left'; readonly row?: RecordRow };

const PENDING: readonly string[] = ['waiting', 'sending', 'needs attention'];

/**
 * How a record stands by its rows: in QuickBooks with nothing under way, under way, or left out by a rule.
 */
export function standingOf(ref: string, linked: boolean, rows: readonly RecordRow[]): Standing {
  const own = rows.filter((row) => row.ref === ref);
  const pending = own.find(({ state }) => PENDING.includes(state));
  if (pending !== undefined) return { is: 'pending', row: causeOf(pending, rows) };
  if (linked) return { is: 'posted' };
  const [newest] = own;
  return newest === undefined ? { is: 'pending' } : { is: 'left', row: newest };
}

/** The record it waits for in the end, as far as that is known. */
function causeOf(row: RecordRow, rows: readonly RecordRow[]): RecordRow {
  const seen = new Set([row.ref]);
  let cause = row;
  for (;;) {
    const { waitsOn } = cause;
    const next = waitsOn === null || seen.has(waitsOn) ? undefined : rows.find(({ ref }) => ref === waitsOn);
    if (next === undefined || !PENDING.includes(next.state)) return cause;
    seen.add(next.ref);
    cause = next;
  }
}

export interface Looked {
  readonly checks: readonly Check[];
  /** What keeps the invoice from QuickBooks, where it is the matter of none of the checks. */
  readonly stopped?: Coded;
}

/** The four checks of an invoice that is not in QuickBooks, or has a change under way. */
export function lookAtWaiting(expectation: Expectation, { row }: Exclude<Standing, { is: 'posted' }>): Looked {
  const still = CHECK_CODES.map((code) => waiting(code, null, expectedText(code, expectation)));
  if (row === undefined || row.reason === null || row.reason.code === 'not_active') return { checks: still };
  const stopped = codedOf(row.reason);
  const code = row.state === 'needs attention' ? matterOf(row.ref, row.reason) : undefined;
  if (code === undefined) return { checks: still, stopped };
  return { checks: still.map((check) => (check.code === code ? failed(check, row.reason, stopped) : check)) };
}

/** The four checks of an invoice as QuickBooks has it; `payments`: how each stands, by its ref. */
export function lookAtPosted(
  expectation: Expectation,
  finding: Finding | undefined,
  payments: ReadonlyMap<string, Standing>,
): Looked {
  if (finding === undefined) {
    const checks = CHECK_CODES.map((code) =>
      waiting(code, 'not in QuickBooks any more', expectedText(code, expectation)),
    );
    return { checks, stopped: codedOf({ code: 'gone_in_qbo', params: { doc: expectation.invoice.number, date: '' } }) };
  }
  const [held] = [...payments.values()].flatMap((standing) =>
    standing.is !== 'posted' && standing.row?.state === 'needs attention' ? [standing.row] : [],
  );
  const deposit = depositCheck(expectation, finding);
  return {
    checks: [
      customerCheck(expectation, finding),
      incomeCheck(expectation, finding),
      taxCheck(expectation, finding),
      held === undefined || held.reason === null ? deposit : failed(deposit, held.reason, codedOf(held.reason)),
    ],
  };
}

function failed({ code, expected }: Check, reason: Reason | null, { text }: Coded): Check {
  const setting = reason === null ? null : (settingOf(reason) ?? SETTING_OF[code]);
  return { code, state: 'failed', found: text, expected, setting };
}

const SETTING_OF: Readonly<Record<CheckCode, string>> = {
  customer: 'customers.push',
  income: 'items.defaultIncomeAccount',
  tax: 'tax.rates',
  deposit: 'payments.clearingAccount',
};

const settingOf = (reason: Reason): string | undefined =>
  isReasonCode(reason.code) ? remedy(reason).setting : undefined;

const TAX: readonly string[] = ['tax_off', 'two_rates', 'tax_differs', 'total_differs', 'exempt'];

/** Which check is about what stops a record; undefined: none (a closed period, a number that is taken). */
function matterOf(ref: string, reason: Reason): CheckCode | undefined {
  if (entityOf(ref) === 'customer') return 'customer';
  if (entityOf(ref) === 'item') return 'income';
  if (TAX.includes(reason.code)) return 'tax';
  const [section] = (settingOf(reason) ?? '').split('.');
  return section === 'tax' ? 'tax' : section === 'items' || section === 'invoices' ? 'income' : undefined;
}

function expectedText(code: CheckCode, { invoice, customer, payments }: Expectation): string | null {
  switch (code) {
    case 'customer':
      return customer?.name ?? null;
    case 'income':
      return invoice.lines.map(({ name, account }) => `${name}: ${account?.name ?? 'no account chosen'}`).join('; ');
    case 'tax':
      return `tax ${invoice.tax.taxTotal}; total ${invoice.tax.total}`;
    case 'deposit':
      return [...new Set(payments.map(({ account }) => account?.name ?? 'no account chosen'))].join(', ') || null;
  }
}

import type { TextObject } from '@qbo-sync/contracts/exact-json';
import type { Invoice } from '@qbo-sync/contracts/runacall/invoice';
import type { Reason } from '@qbo-sync/contracts/reasons';
import { type Decimal, formatAmount, parseDecimal } from '@qbo-sync/money/decimal';
import type { Answered } from '@qbo-sync/contracts/sync/trigger';
import { differences, PENNIES, valueAt } from '../sync/compare';
import { plainVerdict, refusal } from '../sync/refusals';
import type { Context, Verdict, View } from '../sync/rules';
import { basisOf } from './invoice-basis';
import { INACTIVE, type InvoiceRelated, usesInactive } from './invoice-related';

const TOTAL = 'TotalAmt';
const TAX = 'TxnTaxDetail.TotalTax';
const TAX_CODE = 'TxnTaxDetail.TxnTaxCodeRef.value';

/** QuickBooks' fault codes that have a meaning of their own here (quickbooks.md §9.2, §10). */
const PAID = '6000';
const CUSTOMER_KEPT = '6130';
const NUMBER_TAKEN = '6140';
const NEGATIVE = '2290';
const NOT_OURS: ReadonlySet<string> = new Set(['precondition', 'linked']);

type Expect = Readonly<Record<string, string>>;

/**
 * What an answer means to an invoice (postings.md §1.2, §1.4, §6.5, §6.8).
 *
 *   total off by up to 0.05            once more with a rounding line; more → held with both figures
 *   610, an item made inactive         once more with a helper item
 *   6140, the number is taken          once more: the invoice that has it is ours if it says so; else held
 *   void refused: paid                 once more: its payments are waited for; twice → held
 */
export function judgeInvoice(
  answer: Answered,
  expect: Expect,
  view: View<Invoice>,
  context: Context<InvoiceRelated>,
): Verdict {
  if (answer.ref !== view.ref) return plainVerdict(answer, expect, wordsOf(view, context));
  if (answer.outcome === 'refused') return judgeRefusal(answer, expect, view, context);
  return 'Balance' in expect ? plainVerdict(answer, expect) : compared(answer, expect, view, context);
}

function judgeRefusal(
  answer: Answered,
  expect: Expect,
  view: View<Invoice>,
  context: Context<InvoiceRelated>,
): Verdict {
  const words = wordsOf(view, context);
  const { n } = words;
  const isVoid = 'Balance' in expect;
  if (isVoid && answer.code === PAID) {
    const known = (context.related.payments ?? []).length > 0;
    if (view.round === 0 && (known || view.refusals === 0)) return { verdict: 'again' };
    return { verdict: 'hold', reason: { code: 'paid_void', params: { n, p: 'a payment' } } };
  }
  if (answer.code === INACTIVE && view.round === 0 && usesInactive(view, context.related)) return { verdict: 'again' };
  if (answer.code === NUMBER_TAKEN && view.round === 0 && numberHolder(answer) !== undefined)
    return { verdict: 'again' };
  if (view.lastAnswer?.code === NUMBER_TAKEN && NOT_OURS.has(answer.code ?? '')) {
    return { verdict: 'hold', reason: numberTaken(n, view.lastAnswer, answer) };
  }
  if (answer.code === CUSTOMER_KEPT) return { verdict: 'hold', reason: { code: 'customer_kept', params: { n } } };
  const before = view.lastAnswer?.outcome === 'synced' ? view.lastAnswer.record : undefined;
  if (answer.code === NEGATIVE && before !== undefined) {
    const params = { n, q: valueAt(before, TOTAL) ?? '', t: expect[TOTAL] ?? '' };
    return { verdict: 'hold', reason: { code: 'total_differs', params } };
  }
  return { verdict: 'hold', reason: refusal(answer, words) };
}

/** The invoice that QuickBooks says has the number: `…DocNumber=1 is assigned to TxnType=Invoice with TxnId=238`. */
export function numberHolder({ detail = '' }: Answered): string | undefined {
  return /TxnType=Invoice with TxnId=(\d+)/.exec(detail)?.[1];
}

function numberTaken(n: string, refused: Answered, linking: Answered): Reason {
  const { reason } = { reason: refusal(refused, { n }) };
  const { record } = linking;
  if (record === undefined) return reason;
  const told = {
    type: 'an invoice',
    customer: valueAt(record, 'CustomerRef.name') ?? reason.params?.['customer'] ?? '',
    amount: valueAt(record, TOTAL) ?? reason.params?.['amount'] ?? '',
  };
  return { ...reason, params: { ...reason.params, ...told } };
}

function wordsOf(view: View<Invoice>, { settings }: Context<InvoiceRelated>) {
  const n = view.data?.number ?? view.ref;
  const c = settings?.profile?.bookCloseDate;
  const d = basisOf(view)?.day ?? (view.basis?.['day'] as string | undefined) ?? view.data?.issuedOn ?? '';
  return { n, doc: n, d, ...(c ? { c } : {}) };
}

/** What QuickBooks' total lacked under the first form; its answer to that form led to this round. */
export function roundingOf(
  invoice: Invoice,
  { round, lastAnswer }: Pick<View, 'round' | 'lastAnswer'>,
): { rounding?: string } {
  const record = lastAnswer?.outcome === 'synced' ? lastAnswer.record : undefined;
  const found = record === undefined ? undefined : valueAt(record, TOTAL);
  return round === 0 || found === undefined
    ? {}
    : { rounding: formatAmount(parseDecimal(invoice.total).minus(parseDecimal(found))) };
}

function compared(answer: Answered, expect: Expect, view: View<Invoice>, context: Context<InvoiceRelated>): Verdict {
  const { record } = answer;
  if (record === undefined) return { verdict: 'hold', reason: { code: 'unclear' } };
  const differing = differences(record, expect);
  if (differing.length === 0) return { verdict: 'synced', warnings: otherCode(record, view, context) };
  const off = distance(valueAt(record, TOTAL), expect[TOTAL]);
  if (off !== undefined && !off.isZero() && off.lte(PENNIES) && view.round === 0) return { verdict: 'again' };
  const said = (path: string): Expect => ({
    n: view.data?.number ?? view.ref,
    q: valueAt(record, path) ?? '',
    t: expect[path] ?? '',
  });
  if (differing.includes(TAX)) return { verdict: 'hold', reason: { code: 'tax_differs', params: said(TAX) } };
  if (differing.includes(TOTAL)) return { verdict: 'hold', reason: { code: 'total_differs', params: said(TOTAL) } };
  return plainVerdict(answer, expect);
}

/** Automated sales tax may put its own code in the place of the company's (postings.md §6.4). */
function otherCode(
  record: TextObject,
  { lastBody }: View<Invoice>,
  { settings }: Context<InvoiceRelated>,
): readonly Reason[] {
  const own = settings?.profile?.taxCodes?.filter(({ custom }) => custom) ?? [];
  const sent = lastBody === undefined ? undefined : valueAt(JSON.parse(lastBody) as TextObject, TAX_CODE);
  const shown = valueAt(record, TAX_CODE);
  const isOwn = own.some(({ id }) => id === sent);
  return isOwn && sent !== undefined && shown !== undefined && shown !== sent
    ? [{ code: 'tax_code_changed', params: { code: sent } }]
    : [];
}

function distance(found: string | undefined, wanted: string | undefined): Decimal | undefined {
  return found === undefined || wanted === undefined
    ? undefined
    : parseDecimal(found).minus(parseDecimal(wanted)).abs();
}

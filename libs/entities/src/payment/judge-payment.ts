import type { Reason } from '@qbo-sync/contracts/reasons';
import type { Payment } from '@qbo-sync/contracts/runacall/payment';
import type { SyncSettings } from '@qbo-sync/contracts/sync/settings';
import type { TextJson, TextObject } from '@qbo-sync/contracts/exact-json';
import { equalByValue, parseDecimal } from '@qbo-sync/money/decimal';
import type { Answered } from '@qbo-sync/contracts/sync/trigger';
import { PENNIES, valueAt } from '../sync/compare';
import { plainVerdict, refusal } from '../sync/refusals';
import type { Context, Verdict, View } from '../sync/rules';
import type { FollowedInvoice } from './followed-invoice';

interface Related {
  readonly invoices: Readonly<Record<string, FollowedInvoice>>;
  readonly ours?: readonly string[];
}

const DEPOSIT_ACCOUNT = 'DepositToAccountRef.value';
const UNAPPLIED = 'UnappliedAmt';
/** On a deposit: QuickBooks locks the payment (quickbooks.md §9.2). */
const LOCKED = '6540';
/** What QuickBooks may say of a line on a journal entry (postings.md §8.5). */
const LINK_REFUSALS: ReadonlySet<string> = new Set(['620', '2500', '6000']);

/** QuickBooks did not apply the payment to an entry. */
export const isLinkRefused = (answer: Answered | undefined): boolean =>
  answer?.outcome === 'refused' && LINK_REFUSALS.has(answer.code ?? '');

/**
 * What an answer means to a payment, one of its parts, or its entry.
 *
 *   the line on an entry refused                 once more without it: two items stay open, with a warning
 *   returned, but on a deposit                   a person says which account it had gone to; then it stays as it is
 *   applied cents less, its invoice cents off    waits for the invoice's rounding line (§1.4), then our lines again
 *   applied cents less                           our lines again: the rounding line may have come meanwhile
 *   applied less than asked for                  the rest is credit, with a warning
 *   applied more, by itself, to ours             our lines again (§8.4)
 *   … to an invoice we did not write             held
 */
export function judgePayment(
  answer: Answered,
  expect: Readonly<Record<string, string>>,
  view: View<Payment>,
  { settings, related }: Context<Related>,
): Verdict {
  const { data } = view;
  const p = data?.id ?? view.ref;
  if (answer.outcome === 'refused') {
    const linksEntry = view.made[answer.ref]?.body.includes('"JournalEntry"') === true;
    if (linksEntry && view.round === 0 && isLinkRefused(answer)) return { verdict: 'again' };
    if (answer.code === LOCKED && linksEntry && view.facts.length > 0) {
      return view.chosen['account'] === undefined
        ? { verdict: 'hold', reason: { code: 'returned_deposited', params: { p } } }
        : { verdict: 'synced', warnings: [{ code: 'two_open_items', params: { p } }] };
    }
    const paid = data?.allocations.map(({ invoiceId }) => related.invoices[invoiceId]?.number ?? invoiceId) ?? [];
    const params = { p, doc: p, d: data?.collectedOn ?? '', n: paid.join(', ') || p };
    return { verdict: 'hold', reason: refusal(answer, params) };
  }
  // An entry, or a removal.
  if (expect[UNAPPLIED] === undefined) return plainVerdict(answer, expect);
  if (answer.record === undefined) return { verdict: 'hold', reason: { code: 'unclear' } };
  const { [UNAPPLIED]: wanted, ...others } = expectedOf(expect, answer.record, settings);
  const verdict = plainVerdict(answer, others);
  const found = valueAt(answer.record, UNAPPLIED);
  if (verdict.verdict !== 'synced' || found === undefined || wanted === undefined) return verdict;
  const off = parseDecimal(found).minus(parseDecimal(wanted));
  if (off.isZero()) return verdict;
  const named = (data?.allocations ?? []).map(({ invoiceId }) => invoiceId);
  if (off.gt(0)) {
    if (off.lte(PENNIES)) {
      const parent = unrounded(named, related.invoices);
      if (parent !== undefined) return { verdict: 'wait', ...parent };
      if (view.round === 0) return { verdict: 'again' };
    }
    return { verdict: 'synced', warnings: [{ code: 'left_unapplied', params: { invoice: named.join(', ') } }] };
  }
  const own = new Set(named.map((id) => related.invoices[id]?.quickbooksId));
  const foreign = paidIn(answer.record).filter((id) => !own.has(id) && related.ours?.includes(id) !== true);
  return foreign.length === 0 && view.round === 0
    ? { verdict: 'again' }
    : { verdict: 'hold', reason: { code: 'auto_applied', params: { p } } };
}

/** The first of a payment's invoices of which QuickBooks made another total: its rounding line is still to come. */
export function unrounded(
  invoiceIds: readonly string[],
  invoices: Related['invoices'],
): { readonly reason: Reason; readonly waitsOn: string } | undefined {
  const id = invoiceIds.find((each) => isOff(invoices[each]));
  const waitsOn = `invoice:${id}`;
  return id === undefined ? undefined : { reason: { code: 'parent', params: { ref: waitsOn } }, waitsOn };
}

const isOff = (invoice: FollowedInvoice | undefined): boolean =>
  invoice?.posted !== undefined && invoice.total !== undefined && !equalByValue(invoice.posted.total, invoice.total);

/** QuickBooks ids of the invoices that its record of a payment pays. */
export function paidIn(record: TextObject): readonly string[] {
  return listOf(record['Line']).flatMap((line) =>
    listOf(line['LinkedTxn']).flatMap(({ TxnId, TxnType }) =>
      TxnType === 'Invoice' && typeof TxnId === 'string' ? [TxnId] : [],
    ),
  );
}

function listOf(json: TextJson | undefined): readonly TextObject[] {
  return Array.isArray(json)
    ? json.filter((one): one is TextObject => typeof one === 'object' && one !== null && !Array.isArray(one))
    : [];
}

/** QuickBooks leaves the account out where it is its own Undeposited Funds (postings.md §13). */
function expectedOf(
  expect: Readonly<Record<string, string>>,
  record: TextObject,
  settings: SyncSettings | null,
): Readonly<Record<string, string>> {
  const { [DEPOSIT_ACCOUNT]: account, ...rest } = expect;
  const own = settings?.profile?.undepositedAccount?.id;
  return account !== undefined && account === own && valueAt(record, DEPOSIT_ACCOUNT) === undefined ? rest : expect;
}

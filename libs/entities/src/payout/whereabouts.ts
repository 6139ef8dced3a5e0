import type { TextObject } from '@qbo-sync/contracts/exact-json';
import type { Choice } from '@qbo-sync/contracts/sync/settings';
import { failureId } from '@qbo-sync/mapping/payout-entry';
import type { Sitting, Whereabouts } from '@qbo-sync/mapping/payout-lines';
import type { PartKind } from '@qbo-sync/mapping/payout-part';
import { formatAmount, parseDecimal } from '@qbo-sync/money/decimal';
import { valueAt } from '../sync/compare';
import { readRecord } from '../sync/record-text';
import type { Made } from '../sync/rules';

/** What Run a Call, or we, know of a transaction's source. */
export type Behind =
  /** A stream of ours: its ref, what a person calls it, and its records as they were last asked for. */
  | {
      readonly is: 'ours';
      readonly ref: string;
      readonly text: string;
      readonly made: Readonly<Record<string, Made>>;
      /** A refund that came to nothing; where Stripe's payments wait now. */
      readonly failed?: { readonly clearing: Choice | null };
    }
  /** Older than go-live: its money was never put anywhere by us. */
  | { readonly is: 'before' }
  | { readonly is: 'unknown' };

/** Kinds whose source is another payout, which may have an entry of its own and one that took it back. */
const PAYOUT_KINDS: ReadonlySet<PartKind> = new Set(['payout_reversal', 'earlier_payout']);
const isFailure = (ref: string): boolean => ref.endsWith(failureId(''));
const DEPOSIT_ACCOUNT = 'DepositToAccountRef.value';

/**
 * Where the money of a part is: in the records as they were posted, not in today's settings (postings.md §10.2).
 *
 *   charge            the payment's parts                   refund           its receipt, or its entry
 *   charge_failure    the entries of what came back         payout_reversal  the entry of the failed payout
 *   earlier_payout    the entry of a payout posted whole
 *   refund_failure    once Run a Call knows that it failed: as a refund that failed, which no record holds any more; both
 *                     are lines on the account it had left, or would have
 *
 * `undeposited`: QuickBooks' own Undeposited Funds, out of which records are linked.
 */
export function whereabouts(kind: PartKind, behind: Behind, undeposited: Choice | null): Whereabouts {
  if (behind.is === 'unknown') return { missing: 'Run a Call does not know it' };
  if (behind.is === 'before') return { missing: 'it is from before Sync was switched on' };
  const { ref, text, made, failed } = behind;
  if (failed !== undefined) return leftBy(behind, failed.clearing, undeposited);
  if (kind === 'refund_failure') return { missing: `Run a Call has not said that ${text} failed`, on: ref };
  const sits = Object.entries(made)
    .filter(
      ([of, { removed }]) => !removed && (!PAYOUT_KINDS.has(kind) || isFailure(of) === (kind === 'payout_reversal')),
    )
    .flatMap(([of, each]) => sittingOf(kind, of, each, undeposited, text) ?? []);
  return sits.length === 0 ? { missing: `${text} is not in QuickBooks yet`, on: ref } : { sits };
}

/**
 * Its record is taken out of QuickBooks, or locked by the deposit of an earlier payout: out of Undeposited Funds, where only records
 * are linked, nothing can be taken. With its other half in the same payout it is nothing; else only a person knows what the money is
 * (adr/0013).
 */
function leftBy(
  { ref, text, made }: Extract<Behind, { is: 'ours' }>,
  clearing: Choice | null,
  undeposited: Choice | null,
): Whereabouts {
  const [sat] = Object.entries(made).flatMap(([of, each]) => sittingOf('refund', of, each, undeposited, text) ?? []);
  const account = sat?.in ?? (clearing === null || clearing.id === undeposited?.id ? 'undeposited' : clearing);
  return account === 'undeposited'
    ? {
        missing:
          `${text} failed and no record in Undeposited Funds holds its money: name an account for it, ` +
          'the same one for the refund and for its return',
        half: ref,
      }
    : { account, text: `${text}, failed` };
}

function sittingOf(
  kind: PartKind,
  ref: string,
  { body: source, basis }: Made,
  undeposited: Choice | null,
  text: string,
): Sitting | undefined {
  const body = readRecord(source);
  const account = (id: string): Sitting['in'] => (id === undeposited?.id ? 'undeposited' : { id, name: '' });
  const entryLine = lineOf(body, kind === 'payout_reversal' ? 'Debit' : 'Credit');
  if (entryLine !== undefined) {
    if (kind === 'charge') return undefined;
    const { index, amount, accountId, customerAt } = entryLine;
    const customer = customerAt === undefined ? {} : { customer: { $ref: ref, at: customerAt } };
    return {
      ref,
      amount: kind === 'payout_reversal' ? amount : negated(amount),
      in: account(accountId),
      txnType: 'JournalEntry',
      lineAt: `Line.${index}.Id`,
      ...customer,
      text,
    };
  }
  const held = valueAt(body, DEPOSIT_ACCOUNT);
  if (held === undefined) return undefined;
  const shared = { ref, in: account(held), customer: { $ref: ref, at: 'CustomerRef.value' }, text };
  const total = valueAt(body, 'TotalAmt');
  if (kind === 'charge') return total === undefined ? undefined : { ...shared, amount: total, txnType: 'Payment' };
  // QuickBooks makes a receipt's total: what was refunded stands beside its body.
  const refunded = basis?.['amount'];
  return kind === 'refund' && typeof refunded === 'string'
    ? { ...shared, amount: negated(refunded), txnType: 'RefundReceipt' }
    : undefined;
}

interface EntryLine {
  readonly index: number;
  readonly amount: string;
  readonly accountId: string;
  /** Where the entry names its customer, on whichever of its lines. */
  readonly customerAt: string | undefined;
}

/** The line of an entry that took the money, or gave it back. */
function lineOf(body: TextObject, side: string): EntryLine | undefined {
  const lines = Array.isArray(body['Line']) ? body['Line'] : [];
  const at = (index: number, path: string): string | undefined =>
    valueAt(body, `Line.${index}.JournalEntryLineDetail.${path}`);
  const index = lines.findIndex((_line, place) => at(place, 'PostingType') === side);
  const amount = valueAt(body, `Line.${index}.Amount`);
  const accountId = at(index, 'AccountRef.value');
  if (index < 0 || amount === undefined || accountId === undefined) return undefined;
  const named = lines.findIndex((_line, place) => at(place, 'Entity.Type') === 'Customer');
  const customerAt = named < 0 ? undefined : `Line.${named}.JournalEntryLineDetail.Entity.EntityRef.value`;
  return { index, amount, accountId, customerAt };
}

const negated = (amount: string): string => formatAmount(parseDecimal(amount).negated());

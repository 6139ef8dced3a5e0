import { readNumbersAsText, type TextJson, type TextObject } from '@qbo-sync/contracts/exact-json';
import type { DriftRecord, DriftStream } from '@qbo-sync/contracts/internal/drift';
import { type Decimal, formatExact, parseDecimal } from '@qbo-sync/money/decimal';
import { listIn, textAt } from '../quickbooks/record-fields';
import { byAccount, customerOf, type OwnAccounts, postingsOf } from './postings';

/** What is kept of a stream to say why a document of it differs. */
export type DriftSide = Pick<DriftStream, 'ref' | 'version' | 'standing' | 'reason' | 'number'>;

export function sideOf({ ref, version, standing, reason, number }: DriftStream): DriftSide {
  return {
    ...{ ref, version, standing },
    ...(reason === undefined ? {} : { reason }),
    ...(number === undefined ? {} : { number }),
  };
}

/**
 * One record as its stream says it should be in QuickBooks. There may be a hundred thousand at once, so its figures are kept as
 * text: a map of decimals takes twenty times as much.
 */
export interface ExpectedDocument {
  readonly stream: DriftSide;
  readonly ref: string;
  readonly resource: string;
  readonly quickbooksId: string;
  readonly removed: boolean;
  readonly total: string | undefined;
  readonly date: string | undefined;
  /** QuickBooks' id; undefined where another record says it. */
  readonly customerId: string | undefined;
  readonly balance: string | undefined;
  /** As {@link packed}. Undefined: the body says no lines (it was only linked). */
  readonly postings: string | undefined;
}

/** Amounts by account as one text: `receivable 163.10|79 -129.00`. */
function packed(postings: ReadonlyMap<string, Decimal>): string {
  return [...postings].map(([account, amount]) => `${account} ${formatExact(amount, 0)}`).join('|');
}

export function unpacked(text: string): ReadonlyMap<string, Decimal> {
  const postings = text === '' ? [] : text.split('|');
  return new Map(
    postings.map((posting) => {
      const space = posting.lastIndexOf(' ');
      return [posting.slice(0, space), parseDecimal(posting.slice(space + 1))];
    }),
  );
}

/** QuickBooks' id of a ref of ours. */
export type Linked = (ref: string) => string | undefined;

/** Every record of a stream that should be in QuickBooks. */
export function expectedDocuments(stream: DriftStream, linked: Linked, own: OwnAccounts): ExpectedDocument[] {
  const side = sideOf(stream);
  return stream.records.map((record) => expectedDocument(stream, side, record, linked, own));
}

function expectedDocument(
  stream: DriftStream,
  side: DriftSide,
  { ref, resource, quickbooksId, removed, body, expect }: DriftRecord,
  linked: Linked,
  own: OwnAccounts,
): ExpectedDocument {
  const record = resolved(readNumbersAsText(body), linked) as TextObject;
  const total = removed ? '0.00' : (expect['TotalAmt'] ?? textAt(record, 'TotalAmt'));
  const tax = expect['TxnTaxDetail.TotalTax'];
  const hasLines = resource === 'Payment' ? total !== undefined : listIn(record, 'Line').length > 0;
  const figures = { ...(total === undefined ? {} : { total }), ...(tax === undefined ? {} : { tax }) };
  const isWhole = ref === stream.ref && resource === 'Invoice' && !removed;
  return {
    ...{ stream: side, ref: ref === side.ref ? side.ref : ref, resource, quickbooksId, removed, total },
    date: removed ? undefined : expect['TxnDate'],
    customerId: customerOf(record),
    balance: isWhole && stream.standing === 'settled' ? stream.balance : undefined,
    postings: removed ? '' : hasLines ? packed(byAccount(postingsOf(resource, record, own, figures))) : undefined,
  };
}

/** References in a body become ids; what another record of QuickBooks says (`at`) is left out. */
function resolved(json: TextJson, linked: Linked): TextJson {
  if (Array.isArray(json)) return json.map((each) => resolved(each, linked));
  if (typeof json !== 'object' || json === null) return json;
  const { $ref: ref, at } = json;
  if (typeof ref === 'string') return at === undefined ? (linked(ref) ?? '') : '';
  return Object.fromEntries(Object.entries(json).map(([key, value]) => [key, resolved(value, linked)]));
}

/** What Run a Call says that is in no record of QuickBooks: nothing of the stream is there, or only an older state of it. */
export function unposted(stream: DriftStream, documents: readonly ExpectedDocument[]): Decimal {
  const zero = parseDecimal('0');
  if (stream.nature !== 'document' || stream.standing === 'settled' || stream.amount === undefined) return zero;
  // The entry of money that came back stands beside its payment; alone it says no total.
  const whole = documents.filter(({ total }) => total !== undefined);
  if (whole.length === 0 && documents.length > 0) return zero;
  const there = whole.reduce((all, { total }) => all.plus(parseDecimal(total ?? '0')), zero);
  return parseDecimal(stream.amount).minus(there);
}

import type Stripe from 'stripe';
import type { StripeAccount } from './account';
import { missing, pageOf, RANGE, readListQuery, within } from './list';
import { RecordList } from './record-list';
import { StripeRefusal } from './refusal';

const TRANSACTIONS = '/v1/balance_transactions';

/** Answers `GET` of what is used: payouts, balance transactions, charges, refunds, disputes. */
export function answer(account: StripeAccount, path: string, query: URLSearchParams): object {
  const [, version, resource = '', id, ...rest] = path.split('/');
  if (version !== 'v1' || rest.length > 0) throw unknownUrl(path);
  if (resource === 'payouts') return id === undefined ? payouts(account, query) : payout(account, id);
  if (resource === 'disputes' && id === undefined) return disputes(account, query);
  if (resource === 'balance_transactions')
    return id === undefined ? transactions(account, query) : transaction(account, id, query);
  if (id !== undefined && ['charges', 'refunds', 'disputes'].includes(resource)) return record(account, resource, id);
  throw unknownUrl(path);
}

const unknownUrl = (path: string): StripeRefusal =>
  new StripeRefusal(404, undefined, `Unrecognized request URL (GET: ${path}).`);

function payouts(account: StripeAccount, query: URLSearchParams): object {
  const list = readListQuery(query, [...RANGE('created'), ...RANGE('arrival_date'), 'status']);
  const created = within(list.filters, 'created');
  const arrives = within(list.filters, 'arrival_date');
  const status = list.filters['status'];
  return pageOf(
    account.payouts,
    list,
    '/v1/payouts',
    (each) => created(each.created) && arrives(each.arrival_date) && (status === undefined || each.status === status),
  );
}

function disputes(account: StripeAccount, query: URLSearchParams): object {
  const list = readListQuery(query, [...RANGE('created'), 'charge']);
  const created = within(list.filters, 'created');
  const { charge } = list.filters;
  return pageOf(
    account.disputes,
    list,
    '/v1/disputes',
    (each) => created(each.created) && (charge === undefined || each.charge === charge),
  );
}

function payout(account: StripeAccount, id: string): Stripe.Payout {
  const found = account.payouts.find(id);
  if (found === undefined) throw missing('payout', id, 'payout');
  return found;
}

function transactions(account: StripeAccount, query: URLSearchParams): object {
  const list = readListQuery(query, [...RANGE('created'), 'payout', 'type', 'source', 'currency']);
  const { payout: payoutId, type, source, currency } = list.filters;
  const created = within(list.filters, 'created');
  const all = payoutId === undefined ? account.transactions : itemised(account, payoutId);
  const page = pageOf(
    all,
    list,
    TRANSACTIONS,
    (each) =>
      created(each.created) &&
      (type === undefined || each.type === type) &&
      (source === undefined || each.source === source) &&
      (currency === undefined || each.currency === currency),
  );
  return { ...page, data: page.data.map((each) => expanded(account, each, list.expand.includes('data.source'))) };
}

/** Only what Stripe's own schedule paid out has parts (docs.stripe.com/payouts/reconciliation). */
function itemised(account: StripeAccount, id: string): RecordList<Stripe.BalanceTransaction> {
  const { automatic } = payout(account, id);
  if (!automatic)
    throw new StripeRefusal(
      400,
      undefined,
      'Balance transaction history can only be filtered on automatic transfers, not manual.',
      'payout',
    );
  return account.itemised.get(id) ?? new RecordList();
}

function transaction(account: StripeAccount, id: string, query: URLSearchParams): object {
  const { expand } = readListQuery(query, []);
  const found = account.transactions.find(id);
  if (found === undefined) throw missing('balance_transaction', id, 'id');
  return expanded(account, found, expand.includes('source'));
}

/** The transaction with its source as a record, where that was asked for. */
function expanded(
  account: StripeAccount,
  transaction: Stripe.BalanceTransaction,
  withSource: boolean,
): Stripe.BalanceTransaction {
  const { source } = transaction;
  if (!withSource || typeof source !== 'string') return transaction;
  const found = source.startsWith('po_') ? payout(account, source) : account.records.get(source);
  return found === undefined ? transaction : { ...transaction, source: found };
}

function record(account: StripeAccount, resource: string, id: string): object {
  const found = account.records.get(id);
  if (found === undefined || `${found.object}s` !== resource) throw missing(resource, id, 'id');
  return found;
}

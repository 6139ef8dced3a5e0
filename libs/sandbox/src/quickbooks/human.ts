import type { ExactJson, ExactObject } from '@qbo-sync/contracts/exact-json';
import { AdminProblem, companyIn, type AdminBody } from './admin-call';
import { ENTITY_NAMES } from './company';
import type { Emulator } from './emulator';
import { objects } from './exact';
import { changePreferences, writeAsPerson } from './admin-changes';
import { mergeCustomers } from './merge-customers';
import type { World } from './world';

/**
 * What a person does in QuickBooks' own pages, by one word: { company, do, entity, id, … }.
 *
 *   rename      name: DisplayName or Name, by the rules of the API
 *   inactivate  reactivate   Active, by the rules of the API
 *   delete      void
 *   unapply     a payment is taken off the invoice `invoice`, or off all of them
 *   match  unmatch   with a line of the bank's feed, or reconciled: it is then neither changed nor deleted (quickbooks.md §11.20)
 *   close-books through: the last closed day, or open again without one
 *   receive     a payment by hand of `amount` for `invoice`, into `account`, else Undeposited Funds
 *   deposit     by hand into `bank`: `payments` out of Undeposited Funds, or `amount` from `account`
 *   merge       customer `into` takes over all of customer `id`, which is gone: only people can (quickbooks.md §9.3)
 */
const EDITS: Readonly<Record<string, (world: World, body: AdminBody) => unknown>> = {
  rename: ({ emulator }, body) =>
    edit(emulator, body, (entity) => ({ [HAS_DISPLAY_NAME.includes(entity) ? 'DisplayName' : 'Name']: name(body) })),
  inactivate: ({ emulator }, body) => edit(emulator, body, () => ({ Active: false })),
  reactivate: ({ emulator }, body) => edit(emulator, body, () => ({ Active: true })),
  delete: ({ emulator }, body) => edit(emulator, body, () => ({}), 'delete'),
  void: ({ emulator }, body) => edit(emulator, body, () => ({}), 'void'),
  unapply: ({ emulator }, body) =>
    edit(emulator, { ...body, entity: 'Payment' }, () => ({ Line: linesBut(emulator, body) })),
  match: ({ emulator }, body) => setMatched(emulator, body, true),
  unmatch: ({ emulator }, body) => setMatched(emulator, body, false),
  'close-books': ({ emulator }, body) =>
    changePreferences(emulator, {
      company: body['company'],
      AccountingInfoPrefs: { BookCloseDate: body['through'] ?? null },
    }),
  receive: ({ emulator }, body) => receivePayment(emulator, body),
  deposit: ({ emulator }, body) => depositByHand(emulator, body),
  merge: mergeCustomers,
};

/** Money a person takes in QuickBooks themselves: all that the invoice has open unless they say how much. */
function receivePayment(emulator: Emulator, body: AdminBody): unknown {
  const invoice = companyIn(emulator, body).get('Invoice', String(body['invoice'] ?? ''));
  if (invoice === undefined) throw new AdminProblem(400, 'invoice: the Id of one');
  const amount = (body['amount'] as ExactJson | undefined) ?? invoice['Balance'] ?? null;
  const payment = {
    CustomerRef: invoice['CustomerRef'] ?? null,
    TotalAmt: amount,
    Line: [{ Amount: amount, LinkedTxn: [{ TxnId: invoice['Id'] ?? null, TxnType: 'Invoice' }] }],
    ...(body['account'] === undefined ? {} : { DepositToAccountRef: { value: String(body['account']) } }),
    ...dated(body),
  };
  return writeAsPerson(emulator, { company: body['company'], entity: 'Payment', body: payment });
}

function depositByHand(emulator: Emulator, body: AdminBody): unknown {
  const company = companyIn(emulator, body);
  const payments = Array.isArray(body['payments']) ? body['payments'].map(String) : [];
  const linked = payments.map((TxnId): ExactObject => ({
    Amount: company.get('Payment', TxnId)?.['TotalAmt'] ?? null,
    LinkedTxn: [{ TxnId, TxnType: 'Payment', TxnLineId: '0' }],
  }));
  const plain: ExactObject = {
    Amount: (body['amount'] as ExactJson | undefined) ?? null,
    DetailType: 'DepositLineDetail',
    DepositLineDetail: { AccountRef: { value: String(body['account'] ?? '') } },
  };
  const deposit = {
    DepositToAccountRef: { value: String(body['bank'] ?? '') },
    Line: linked.length > 0 ? linked : [plain],
    ...(company.profile.country === 'US' ? {} : { GlobalTaxCalculation: 'NotApplicable' }),
    ...dated(body),
  };
  return writeAsPerson(emulator, { company: body['company'], entity: 'Deposit', body: deposit });
}

function dated(body: AdminBody): ExactObject {
  return typeof body['day'] === 'string' ? { TxnDate: body['day'] } : {};
}

function setMatched(emulator: Emulator, body: AdminBody, matched: boolean): unknown {
  const company = companyIn(emulator, body);
  const entity = ENTITY_NAMES.find((known) => known === body['entity']);
  const id = String(body['id'] ?? '');
  if (entity === undefined || company.get(entity, id) === undefined)
    throw new AdminProblem(400, 'entity, id: a transaction');
  emulator.setMatched(company, `${entity}/${id}`, matched);
  return { matched };
}

const HAS_DISPLAY_NAME = ['Customer', 'Vendor', 'Employee'];

export function editAsPerson(world: World, body: AdminBody): unknown {
  const doing = EDITS[String(body['do'])];
  if (doing === undefined) throw new AdminProblem(400, `do: one of ${Object.keys(EDITS).join(', ')}`);
  return doing(world, body);
}

function name(body: AdminBody): string {
  if (typeof body['name'] !== 'string') throw new AdminProblem(400, 'name: the new one');
  return body['name'];
}

function edit(
  emulator: Emulator,
  body: AdminBody,
  fields: (entity: string) => ExactObject,
  operation?: string,
): unknown {
  const entity = String(body['entity'] ?? '');
  const Id = String(body['id'] ?? '');
  const isDeletion = operation === 'delete' || (operation === 'void' && entity !== 'Payment');
  const record = { Id, ...(isDeletion ? {} : { sparse: true }), ...fields(entity) };
  return writeAsPerson(emulator, {
    company: body['company'],
    entity,
    body: record,
    ...(operation ? { operation } : {}),
  });
}

/** The payment's lines without those that pay the invoice. */
function linesBut(emulator: Emulator, body: AdminBody): ExactObject[] {
  const payment = companyIn(emulator, body).get('Payment', String(body['id']));
  if (payment === undefined) throw new AdminProblem(400, 'id: a payment');
  const invoice = typeof body['invoice'] === 'string' ? body['invoice'] : undefined;
  return objects(payment['Line']).filter(
    (line) => invoice !== undefined && objects(line['LinkedTxn']).every((link) => link['TxnId'] !== invoice),
  );
}

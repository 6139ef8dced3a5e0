import type { ExactObject } from '@qbo-sync/contracts/exact-json';
import { AdminProblem, companyIn, type AdminBody } from './admin-call';
import type { Company, EntityName } from './company';
import { Draft } from './draft';
import type { Emulator } from './emulator';
import { objects, refValue, text } from './exact';
import type { WebhookEvent } from './webhook-events';
import { writeAsPerson } from './admin-changes';
import type { World } from './world';

/**
 * What a person does in QuickBooks' own pages, by one word: { company, do, entity, id, … }.
 *
 *   rename      name: DisplayName or Name, by the rules of the API
 *   inactivate  reactivate   Active, by the rules of the API
 *   delete      void
 *   unapply     a payment is taken off the invoice `invoice`, or off all of them
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
  merge: mergeCustomers,
};
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

const OF_CUSTOMERS: readonly EntityName[] = ['Estimate', 'Invoice', 'Payment'];

/** Every transaction of the one customer becomes the other's, each with a new SyncToken; the one customer is gone. */
function mergeCustomers({ emulator, webhooks }: World, body: AdminBody): unknown {
  const company = companyIn(emulator, body);
  const loser = String(body['id'] ?? '');
  const into = String(body['into'] ?? '');
  const survivor = company.get('Customer', into);
  if (loser === into || survivor === undefined || company.get('Customer', loser) === undefined)
    throw new AdminProblem(400, 'id, into: two customers');
  const draft = new Draft(company, emulator.now());
  for (const entity of OF_CUSTOMERS) moveTransactions(draft, company, entity, loser, survivor);
  for (const record of draft.all('Customer')) {
    if (refValue(record['ParentRef']) === loser)
      draft.save('Customer', text(record['Id']) ?? '', { ...record, ParentRef: { value: into } });
  }
  draft.remove('Customer', loser);
  draft.save('Customer', into, survivor);
  const quiet = { actor: 'human', startedAt: draft.nowMs, overlapping: 0, inFlight: 0 } as const;
  emulator.commit(draft, { ...quiet, operation: 'merge', entity: 'Customer', id: into });
  const merged: WebhookEvent = {
    realm: company.profile.realmId,
    entity: 'Customer',
    id: into,
    operation: 'Merge',
    deletedId: loser,
    at: draft.nowMs,
  };
  if (emulator.oauth.isConnected(merged.realm)) webhooks.notify([merged]);
  return company.get('Customer', into);
}

function moveTransactions(
  draft: Draft,
  company: Company,
  entity: EntityName,
  loser: string,
  survivor: ExactObject,
): void {
  const into = text(survivor['Id']) ?? '';
  for (const { record } of company.rows(entity)) {
    if (refValue(record['CustomerRef']) !== loser) continue;
    const id = text(record['Id']) ?? '';
    const postings = company.ledger.postingsOf(`${entity}/${id}`);
    draft.post(
      `${entity}/${id}`,
      postings.map((posting) => (posting.customer === loser ? { ...posting, customer: into } : posting)),
    );
    draft.save(entity, id, { ...record, CustomerRef: { value: into, name: text(survivor['DisplayName']) ?? '' } });
  }
}

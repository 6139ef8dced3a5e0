import type { ExactJson, ExactObject } from '@qbo-sync/contracts/exact-json';
import { AdminProblem, companyIn, type AdminBody } from './admin-call';
import type { EntityName } from './company';
import { Draft } from './draft';
import { object, objects, refValue, text } from './exact';
import type { WebhookEvent } from './webhook-events';
import type { World } from './world';

const OF_CUSTOMERS: readonly EntityName[] = [
  'CreditMemo',
  'Deposit',
  'Estimate',
  'Invoice',
  'JournalEntry',
  'Payment',
  'RefundReceipt',
];

/** Every transaction of the one customer becomes the other's, each with a new SyncToken; the one customer is gone. */
export function mergeCustomers({ emulator, webhooks }: World, body: AdminBody): unknown {
  const company = companyIn(emulator, body);
  const loser = String(body['id'] ?? '');
  const into = String(body['into'] ?? '');
  const survivor = company.get('Customer', into);
  if (loser === into || survivor === undefined || company.get('Customer', loser) === undefined)
    throw new AdminProblem(400, 'id, into: two customers');
  const draft = new Draft(company, emulator.now());
  for (const entity of OF_CUSTOMERS) moveTransactions(draft, entity, loser, survivor);
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

function moveTransactions(draft: Draft, entity: EntityName, loser: string, survivor: ExactObject): void {
  const into = { value: text(survivor['Id']) ?? '', name: text(survivor['DisplayName']) ?? '' };
  for (const { record } of draft.company.rows(entity)) {
    const moved = movedTo(record, loser, into);
    if (moved === record) continue;
    const document = `${entity}/${text(record['Id']) ?? ''}`;
    const postings = draft.postingsOf(document);
    draft.post(
      document,
      postings.map((posting) => (posting.customer === loser ? { ...posting, customer: into.value } : posting)),
    );
    draft.save(entity, text(record['Id']) ?? '', moved);
  }
}

/** The record with the one customer for the other: in its head, or on its lines; itself where the one is not on it. */
function movedTo(record: ExactObject, loser: string, into: { value: string; name: string }): ExactObject {
  if (refValue(record['CustomerRef']) === loser) return { ...record, CustomerRef: into };
  const lines = objects(record['Line']).map((line): ExactJson => {
    const entry = object(line['JournalEntryLineDetail']);
    if (refValue(object(entry['Entity'])['EntityRef']) === loser && object(entry['Entity'])['Type'] === 'Customer')
      return { ...line, JournalEntryLineDetail: { ...entry, Entity: { Type: 'Customer', EntityRef: into } } };
    const detail = object(line['DepositLineDetail']);
    if (refValue(detail['Entity']) === loser && object(detail['Entity'])['type'] === 'CUSTOMER')
      return { ...line, DepositLineDetail: { ...detail, Entity: { ...into, type: 'CUSTOMER' } } };
    return line;
  });
  const isOn = objects(record['Line']).some((line, place) => line !== lines[place]);
  return isOn ? { ...record, Line: lines } : record;
}

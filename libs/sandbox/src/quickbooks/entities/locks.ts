import type { ExactObject } from '@qbo-sync/contracts/exact-json';
import type { EntityName } from '../company';
import type { Draft } from '../draft';
import { objects, text } from '../exact';
import type { Posting } from '../ledger';
import { refuse } from '../refusal';

/** The deposit a payment, refund receipt or entry is on. */
export function depositOf(draft: Draft, type: string, id: string): ExactObject | undefined {
  return draft.indexed('Deposit', 'links', depositedKeys, `${type}/${id}`)[0];
}

function depositedKeys(deposit: ExactObject): string[] {
  return objects(deposit['Line'])
    .flatMap((line) => objects(line['LinkedTxn']))
    .map((link) => `${text(link['TxnType']) ?? ''}/${text(link['TxnId']) ?? ''}`);
}

/** The mirror on a payment or refund receipt of the deposit it is on (quickbooks.md §9.6). */
export function depositLinks(draft: Draft, type: string, id: string): ExactObject {
  const deposit = depositOf(draft, type, id);
  return deposit === undefined ? {} : { LinkedTxn: depositLink(deposit) };
}

export function depositLink(deposit: ExactObject): ExactObject[] {
  return [{ TxnId: text(deposit['Id']) ?? '', TxnType: 'Deposit' }];
}

/** Whether what a deposited payment is applied to may change is not known (postings.md §15); the switch says. */
export function checkApplicationsOpen(draft: Draft, payment: string): void {
  if (draft.company.switches.depositedApplications === 'refuse' && depositOf(draft, 'Payment', payment) !== undefined)
    refuseDeposited();
}

/**
 * Refuses what is locked: on a deposit 6540, matched with the bank or reconciled 6480 (quickbooks.md §9.2, §11.20). `before` is
 * what it posted; a change that leaves day and postings alone passes where it is matched, and where it is deposited if
 * the switch lets it.
 */
export function checkUnlocked(
  draft: Draft,
  entity: EntityName,
  current: ExactObject,
  operation: 'update' | 'delete' | 'void',
): void {
  const id = text(current['Id']) ?? '';
  const document = `${entity}/${id}`;
  const movesMoney = operation !== 'update' || !sameBooks(draft, entity, current);
  if (depositOf(draft, entity, id) !== undefined) {
    if (movesMoney) refuseDeposited();
    if (entity === 'Payment') checkApplicationsOpen(draft, id);
    else refuseDeposited();
  }
  if (draft.company.matched.has(document) && movesMoney) {
    refuse(
      '6480',
      'Matched Transaction Delete Error : This transaction has been matched to a bank transaction or reconciled and cannot be changed or deleted.',
      'Id',
    );
  }
}

function refuseDeposited(): never {
  refuse(
    '6540',
    'Deposited Transaction cannot be changed : This transaction has been deposited. If you want to change or delete this transaction, you must edit the deposit it appears on and remove it first.',
    'Id',
  );
}

/** Whether a document's day and postings are what they were. */
function sameBooks(draft: Draft, entity: EntityName, current: ExactObject): boolean {
  const id = text(current['Id']) ?? '';
  const print = (postings: readonly Posting[]): string =>
    postings.map((posting) => `${posting.account} ${posting.amount.toFixed()} ${posting.customer ?? ''}`).join('\n');
  const document = `${entity}/${id}`;
  return (
    draft.get(entity, id)?.['TxnDate'] === current['TxnDate'] &&
    print(draft.postingsOf(document)) === print(draft.company.ledger.postingsOf(document))
  );
}

import type { ExactObject } from '@qbo-sync/contracts/exact-json';
import type { Draft } from './draft';
import { checkUnlocked } from './entities/locks';
import { text } from './exact';
import type { Actor } from './journal';
import { Refusal, refuse, refuseMissing } from './refusal';
import type { Resource } from './resource';
import { checkShape, flag, ignored, text as textKind, type Shape } from './shape';

export interface WriteOrder {
  resource: Resource;
  /** `operation` of the address; absent = create, or update when the body has an Id. */
  operation: string | undefined;
  include: readonly string[];
  body: ExactObject;
  actor: Actor;
}

export interface Written {
  operation: 'create' | 'update' | 'delete' | 'void';
  id: string;
  record: ExactObject;
}

/** Carries out one write on a draft; throws a Refusal when QuickBooks would refuse it. */
export function write(draft: Draft, order: WriteOrder): Written {
  const { resource, operation, include } = order;
  if (draft.company.switches.subscriptionEnded) {
    refuse(
      '6190',
      'Invalid Company Status : Subscription period has ended or canceled or there was a billing problem. You can’t make changes to this company.',
      '',
    );
  }
  switch (operation) {
    case undefined:
    case 'create':
    case 'update':
      return operation === 'update' && include.includes('void')
        ? voidByUpdate(draft, order)
        : createOrUpdate(draft, order);
    case 'delete':
      return remove(draft, order);
    case 'void':
      return voidRecord(draft, order);
    default:
      return unsupported(resource.name, operation);
  }
}

function unsupported(entity: string, operation: string): never {
  const name = operation.charAt(0).toUpperCase() + operation.slice(1);
  throw new Refusal([
    {
      code: '500',
      detail: `Operation ${operation === 'void' ? operation : name} is not supported. (${entity})`,
      element: 'Operation',
    },
  ]);
}

function createOrUpdate(draft: Draft, { resource, operation, include, body, actor }: WriteOrder): Written {
  if (resource.build === undefined) return unsupported(resource.name, operation ?? 'create');
  const input = checkShape(resource.shape, body);
  const id = text(input['Id']);
  if (operation === 'update' && id === undefined) refuseMissing('Id');
  if (id === undefined) {
    const newId = String(draft.next(resource.sequence));
    const record = resource.build({ draft, id: newId, current: undefined, wanted: input, input, actor, include });
    return { operation: 'create', id: newId, record };
  }
  const current = currentOf(draft, resource, id, input);
  const isSparse = input['sparse'] === true && resource.neverSparse !== true;
  const wanted = isSparse ? { ...current, ...input } : input;
  const record = resource.build({ draft, id, current, wanted, input, actor, include });
  checkUnlocked(draft, resource.name, current, 'update');
  return { operation: 'update', id, record };
}

/** The record to be changed, if the caller saw its last state (5010 otherwise). */
function currentOf(draft: Draft, resource: Resource, id: string, input: ExactObject): ExactObject {
  if (!/^\d+$/.test(id)) refuse('2030', `Invalid ID : ${id}`, 'Id');
  const current = draft.get(resource.name, id);
  if (current === undefined) refuse('610', 'Object Not Found : Another user has deleted this transaction.', 'Id');
  const token = text(input['SyncToken']) ?? refuseMissing('SyncToken');
  if (token !== current['SyncToken']) {
    refuse(
      '5010',
      'Stale Object Error : You and root were working on this at the same time. root finished before you did, so your work was not saved.',
    );
  }
  return current;
}

const HEAD: Shape = { Id: textKind(100), SyncToken: textKind(100), sparse: flag, domain: ignored };

function remove(draft: Draft, { resource, body }: WriteOrder): Written {
  if (resource.remove === undefined) return unsupported(resource.name, 'delete');
  const input = checkShape(HEAD, body);
  const id = text(input['Id']) ?? refuseMissing('Id');
  const current = currentOf(draft, resource, id, input);
  checkUnlocked(draft, resource.name, current, 'delete');
  resource.remove(draft, current);
  return { operation: 'delete', id, record: { status: 'Deleted', domain: 'QBO', Id: id } };
}

function voidRecord(draft: Draft, { resource, body, actor }: WriteOrder): Written {
  const voiding = resource.void ?? (actor === 'human' ? resource.voidByPerson : undefined);
  if (voiding === undefined) return unsupported(resource.name, 'void');
  const input = checkShape(HEAD, body);
  return voided(draft, resource, input, voiding);
}

function voidByUpdate(draft: Draft, { resource, body }: WriteOrder): Written {
  if (resource.voidByUpdate === undefined) return unsupported(resource.name, 'void');
  const input = checkShape(resource.shape, body);
  if (input['sparse'] !== true) refuseMissing('sparse');
  return voided(draft, resource, input, resource.voidByUpdate);
}

function voided(
  draft: Draft,
  resource: Resource,
  input: ExactObject,
  voiding: (draft: Draft, current: ExactObject) => ExactObject,
): Written {
  const id = text(input['Id']) ?? refuseMissing('Id');
  const current = currentOf(draft, resource, id, input);
  checkUnlocked(draft, resource.name, current, 'void');
  return { operation: 'void', id, record: voiding(draft, current) };
}

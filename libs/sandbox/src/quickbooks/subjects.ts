import { isObject, parseExact, type ExactJson, type ExactObject } from '@qbo-sync/contracts/exact-json';
import { object, objects, text } from './exact';
import { markerIn } from './marker';

/** One write of a request, for telling which writes overlap. */
export interface Subject {
  /** Place in a batch; absent for a write by itself. */
  bId?: string;
  /** `Invoice`, `Query`. */
  entity: string;
  /** What it is about: its Id, its marker or its name. */
  subject: string;
}

/** What a POST writes: one thing, or each item of a batch; empty for a body that cannot be read. */
export function subjectsOf(path: string, body: Uint8Array): Subject[] {
  const record = parsed(body);
  if (path !== 'batch') return [{ entity: path.split('/')[0] ?? '', subject: subjectOf(path, record) }];
  return objects(record['BatchItemRequest']).map((item): Subject => {
    const bId = text(item['bId']) ?? '';
    const [entity, value] = entityIn(item);
    return { bId, entity, subject: entity === 'Query' ? '' : subjectOf(entity.toLowerCase(), object(value)) };
  });
}

const ITEM_KEYS = new Set(['bId', 'operation', 'optionsData']);

/** What an item of a batch is about: its one property that is none of the item's own. */
export function entityIn(item: ExactObject): [name: string, value: ExactJson] {
  return Object.entries(item).find(([key]) => !ITEM_KEYS.has(key)) ?? ['', null];
}

function subjectOf(path: string, input: ExactObject): string {
  const marker = markerIn(input);
  return `${path}/${text(input['Id']) ?? marker ?? text(input['DisplayName']) ?? text(input['Name']) ?? ''}`;
}

function parsed(body: Uint8Array): ExactObject {
  try {
    const record = parseExact(Buffer.from(body).toString('utf8'));
    return isObject(record) ? record : {};
  } catch {
    return {};
  }
}

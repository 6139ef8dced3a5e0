import type { ExactObject } from '@qbo-sync/contracts/exact-json';
import type { Company } from './company';
import { number, object, text } from './exact';
import { metaTime } from './pacific-time';
import { shown } from './query-run';
import { refuse } from './refusal';
import type { Resource } from './resource';
import { resourceNamed } from './resources';

const MOST_OBJECTS = 1000;
const LOOK_BACK_MS = 30 * 86_400_000;

/**
 * `GET /cdc?entities=A,B&changedSince=…`: one block per entity in the order asked, `{}` without a change, deleted ones last as
 * stubs, at most 1000 objects in all (quickbooks.md §7).
 */
export function changesSince(company: Company, entities: string, changedSince: string, nowMs: number): ExactObject {
  const since = Date.parse(changedSince);
  if (Number.isNaN(since)) refuse('2060', 'Invalid Date Format : changedSince', 'changedSince');
  if (since < nowMs - LOOK_BACK_MS)
    refuse('2070', 'Invalid Date : changedSince can be at most 30 days ago.', 'changedSince');
  const second = Math.floor(since / 1000) * 1000;
  const resources = entities.split(',').map((name) => resourceFor(name.trim()));
  let left = MOST_OBJECTS;
  const blocks = resources.map((resource) => {
    const { block, count } = changesOf(company, resource, second, left);
    left -= count;
    return block;
  });
  return { CDCResponse: [{ QueryResponse: blocks }] };
}

function resourceFor(name: string): Resource {
  const resource = resourceNamed(name);
  if (resource === undefined || !resource.cdc)
    return refuse('2000', `Invalid or unsupported object name : ${name}`, 'entities');
  return resource;
}

function changesOf(
  company: Company,
  resource: Resource,
  since: number,
  most: number,
): { block: ExactObject; count: number } {
  const live = company
    .rows(resource.name)
    .filter((row) => changedAt(row.record) >= since)
    .sort((left, right) => left.order - right.order)
    .map((row) => shown(company, resource, row));
  const gone = [...(company.deleted.get(resource.name) ?? [])]
    .filter(([, at]) => at >= since)
    .map(([id, at]): ExactObject => ({
      status: 'Deleted',
      domain: 'QBO',
      Id: id,
      MetaData: { LastUpdatedTime: metaTime(at) },
    }));
  const rows = [...live, ...gone].slice(0, most);
  if (rows.length === 0) return { block: {}, count: 0 };
  return {
    count: rows.length,
    block: {
      [resource.name]: rows,
      ...(live.length > 0 ? { startPosition: number(1) } : {}),
      maxResults: number(rows.length),
      ...(gone.length > 0 || rows.length < live.length + gone.length
        ? { totalCount: number(live.length + gone.length) }
        : {}),
    },
  };
}

function changedAt(record: ExactObject): number {
  return Date.parse(text(object(record['MetaData'])['LastUpdatedTime']) ?? '');
}

import type { ExactObject } from '@qbo-sync/contracts/exact-json';
import { recordIn, type Outcome } from '@qbo-sync/qbo/classify';
import { PAGE_ROWS, select } from '@qbo-sync/qbo/query';
import { singletonNamed, singletonPath } from '@qbo-sync/qbo/singletons';
import { recordsIn, truncated } from '../decide/find';
import type { Company, Quickbooks } from '../calling/quickbooks';
import { MOST_ROWS, type Reading } from './cursor';

const OF_THE_MOMENT: ReadonlySet<string> = new Set(['retry', 'throttle', 'refresh', 'reconnect', 'subscription']);

/** Records by resource as they stand, and QuickBooks' time of the answer; `failed`: it is read again later. */
export type ReadChanges =
  | {
      readonly is: 'read';
      readonly pages: readonly { readonly resource: string; readonly records: readonly ExactObject[] }[];
      readonly answeredAt: string | undefined;
      /** Resources whose changes QuickBooks does not tell (quickbooks.md §7). */
      readonly refused: readonly string[];
    }
  | { readonly is: 'failed' };

/** Not a property of this resource: it has no inactive records. */
const NOT_QUERYABLE = '4001';

/**
 * Reads what changed, by one call where that is possible.
 *
 *   changes of all ─ refused ──▶ of each alone, those refused again are left out from now on
 *      │        └── too many ──▶ of each alone ── too many ──▶ by query, page by page (misses deletions)
 *      └▶ read
 */
export async function readChanges(
  quickbooks: Pick<Quickbooks, 'call'>,
  company: Company,
  resources: readonly string[],
  { by, since: sinceMs }: Reading,
): Promise<ReadChanges> {
  const since = new Date(sinceMs);
  if (by === 'query') return readEach(resources, (resource) => queryAll(quickbooks, company, resource, since));
  const all = await changes(quickbooks, company, resources, since);
  if (all.is === 'ok' && !isCut(all.body, resources)) {
    const pages = resources.map((resource) => ({ resource, records: recordsIn(all.body, resource) }));
    return { is: 'read', pages, answeredAt: timeOf(all.body), refused: [] };
  }
  if (all.is !== 'ok' && !isRefused(all)) return { is: 'failed' };
  return readEach(resources, async (resource) => {
    const alone = resources.length === 1 ? all : await changes(quickbooks, company, [resource], since);
    if (alone.is !== 'ok') return isRefused(alone) ? 'refused' : 'failed';
    const records = recordsIn(alone.body, resource);
    if (!isCut(alone.body, [resource])) return { records, answeredAt: timeOf(alone.body) };
    const rest = await queryAll(quickbooks, company, resource, since);
    return typeof rest === 'string' ? rest : { ...rest, records: [...records, ...rest.records] };
  });
}

/** A resource of which the company has one record, as it stands. */
export interface Single {
  readonly resource: string;
  readonly record: ExactObject;
}

/**
 * Reads each singleton among the resources that webhooks named, by one call: whether their changes are told with the others'
 * is not documented. One that QuickBooks refuses to show is left out.
 */
export async function readSingles(
  quickbooks: Pick<Quickbooks, 'call'>,
  company: Company,
  named: readonly string[],
): Promise<readonly Single[] | 'failed'> {
  const singles: Single[] = [];
  for (const resource of new Set(named.map(singletonNamed))) {
    const path = resource && singletonPath(resource);
    if (resource === undefined || path === undefined) continue;
    const outcome = await quickbooks.call(company, { method: 'GET', path });
    if (outcome.is !== 'ok' && !isRefused(outcome)) return 'failed';
    const record = outcome.is === 'ok' ? recordIn(outcome.body, resource) : undefined;
    if (record !== undefined) singles.push({ resource, record });
  }
  return singles;
}

interface Page {
  readonly records: readonly ExactObject[];
  readonly answeredAt: string | undefined;
}

async function readEach(
  resources: readonly string[],
  read: (resource: string) => Promise<Page | 'refused' | 'failed'>,
): Promise<ReadChanges> {
  const pages: { resource: string; records: readonly ExactObject[] }[] = [];
  const refused: string[] = [];
  let answeredAt: string | undefined;
  for (const resource of resources) {
    const page = await read(resource);
    if (page === 'failed') return { is: 'failed' };
    if (page === 'refused') refused.push(resource);
    else {
      pages.push({ resource, records: page.records });
      // The earliest of several answers: what changed after it is read again.
      answeredAt ??= page.answeredAt;
    }
  }
  // Refused one and all: the reading itself is not taken, which says nothing of any resource.
  return pages.length === 0 && refused.length > 0 ? { is: 'failed' } : { is: 'read', pages, answeredAt, refused };
}

function changes(
  quickbooks: Pick<Quickbooks, 'call'>,
  company: Company,
  resources: readonly string[],
  since: Date,
): Promise<Outcome> {
  const query = { entities: resources.join(','), changedSince: since.toISOString() };
  return quickbooks.call(company, { method: 'GET', path: 'cdc', query });
}

async function queryAll(
  quickbooks: Pick<Quickbooks, 'call'>,
  company: Company,
  resource: string,
  changedSince: Date,
): Promise<Page | 'refused' | 'failed'> {
  const records: ExactObject[] = [];
  let answeredAt: string | undefined;
  let inactiveToo = true;
  for (;;) {
    const query = select(resource, [], { inactiveToo, changedSince, start: records.length + 1 });
    const outcome = await quickbooks.call(company, { method: 'GET', path: 'query', query: { query } });
    if (inactiveToo && outcome.is === 'fault' && outcome.fault.code === NOT_QUERYABLE) {
      inactiveToo = false;
      continue;
    }
    if (outcome.is !== 'ok') return isRefused(outcome) ? 'refused' : 'failed';
    answeredAt ??= timeOf(outcome.body);
    const page = recordsIn(outcome.body, resource);
    records.push(...page);
    if (page.length < PAGE_ROWS) return { records, answeredAt };
  }
}

/** The cap counts over all resources of a call, so a resource may be cut by those before it. */
function isCut(body: ExactObject, resources: readonly string[]): boolean {
  const rows = resources.reduce((sum, resource) => sum + recordsIn(body, resource).length, 0);
  return rows >= MOST_ROWS || resources.some((resource) => truncated(body, resource, MOST_ROWS));
}

/** QuickBooks refused the question itself; else it is the company or the moment, and asked again later. */
function isRefused(outcome: Outcome): boolean {
  return outcome.is === 'fault' && outcome.fault.status === 400 && !OF_THE_MOMENT.has(outcome.fault.class);
}

function timeOf(body: ExactObject): string | undefined {
  return typeof body['time'] === 'string' ? body['time'] : undefined;
}

import type { ExactJson, ExactObject } from '@qbo-sync/contracts/exact-json';
import { PAGE_ROWS, selectIn, select } from '@qbo-sync/qbo/query';
import { recordsIn, truncated, type Look } from '../decide/find';
import { gather } from '../gather';
import type { Company, Quickbooks } from '../calling/quickbooks';

interface Asked {
  readonly resource: string;
  readonly look: Look;
}

/** What was found, and the page it stands on; undefined: QuickBooks did not show it. */
export type Page = { readonly body: ExactObject; readonly records: readonly ExactObject[] } | undefined;

type Ask = (asked: Asked) => Promise<Page>;

/** Values in one `IN`: a URL does not grow without end. */
const MOST_VALUES = 30;

const waiting = new WeakMap<Pick<Quickbooks, 'call'>, Map<string, Ask>>();

/**
 * Looks a company's records up. Looks that come while another is under way share the next call: after an outage dozens of
 * sends are in doubt at once, and each read is metered (quickbooks.md §3.2).
 *
 *   by changes        one reading of changes since the earliest of the moments, of all their resources
 *   by one field      one query of a resource: `field IN (…)`
 *   by several fields a query each
 */
export function lookUp(quickbooks: Pick<Quickbooks, 'call'>, company: Company, asked: Asked): Promise<Page> {
  const known = waiting.get(quickbooks) ?? new Map<string, Ask>();
  waiting.set(quickbooks, known);
  const ask = known.get(company.books) ?? gather((all: readonly Asked[]) => pages(quickbooks, company, all));
  known.set(company.books, ask);
  return ask(asked);
}

async function pages(
  quickbooks: Pick<Quickbooks, 'call'>,
  company: Company,
  all: readonly Asked[],
): Promise<readonly Page[]> {
  const found = new Map<Asked, Page>();
  for (const together of grouped(all)) {
    const body = await call(quickbooks, company, together);
    const isCut = body !== undefined && together.some(({ resource }) => truncated(body, resource, PAGE_ROWS));
    for (const asked of together) {
      // What one answer cannot hold is asked for one by one.
      const own = isCut && together.length > 1 ? await call(quickbooks, company, [asked]) : body;
      const records = own === undefined ? [] : recordsIn(own, asked.resource);
      found.set(
        asked,
        own === undefined ? undefined : { body: own, records: records.filter(notAnothers(asked, together)) },
      );
    }
  }
  return all.map((asked) => found.get(asked));
}

/** Those that one call answers. */
function grouped(all: readonly Asked[]): Asked[][] {
  const by = new Map<string, Asked[]>();
  for (const [place, asked] of all.entries()) {
    const { resource, look } = asked;
    const field = look.by === 'query' && look.where.length === 1 ? look.where[0]?.[0] : undefined;
    const key = look.by === 'changes' ? 'changes' : field === undefined ? `alone/${place}` : `${resource}/${field}`;
    by.set(key, [...(by.get(key) ?? []), asked]);
  }
  return [...by].flatMap(([key, some]) => (key === 'changes' ? [some] : slices(some, MOST_VALUES)));
}

function slices<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, n) => all.slice(n * size, (n + 1) * size));
}

async function call(
  quickbooks: Pick<Quickbooks, 'call'>,
  company: Company,
  together: readonly Asked[],
): Promise<ExactObject | undefined> {
  const outcome = await quickbooks.call(company, { method: 'GET', ...question(together) });
  return outcome.is === 'ok' ? outcome.body : undefined;
}

function question(together: readonly Asked[]): { path: 'cdc' | 'query'; query: Record<string, string> } {
  const moments = together.flatMap(({ look }) => (look.by === 'changes' ? [look.since.getTime()] : []));
  if (moments.length > 0) {
    const entities = [...new Set(together.map(({ resource }) => resource))].sort().join(',');
    return { path: 'cdc', query: { entities, changedSince: new Date(Math.min(...moments)).toISOString() } };
  }
  const wheres = together.flatMap(({ look }) => (look.by === 'query' ? [look.where] : []));
  const [{ resource } = { resource: '' }] = together;
  const [where = []] = wheres;
  const [[field] = ['']] = where;
  const values = [...new Set(wheres.map(([first]) => first?.[1] ?? ''))];
  return {
    path: 'query',
    query: { query: values.length > 1 ? selectIn(resource, field, values) : select(resource, where) },
  };
}

/** Of records found for several values at once, those that bear another's value and not one's own are not one's own. */
function notAnothers({ look }: Asked, together: readonly Asked[]): (record: ExactObject) => boolean {
  if (look.by === 'changes' || together.length === 1) return () => true;
  const [[field, own] = ['', '']] = look.where;
  const others = together.map((each) => (each.look.by === 'query' ? plain(each.look.where[0]?.[1]) : ''));
  return (record) => plain(record[field]) === plain(own) || !others.includes(plain(record[field]));
}

function plain(value: ExactJson | undefined): string {
  return typeof value === 'string' ? value.trim().toLowerCase() : '';
}

import type Stripe from 'stripe';
import type { RecordList } from './record-list';
import { StripeRefusal } from './refusal';

const MOST = 100;
const DEFAULT_LIMIT = 10;

/** The parameters of a list, each known one once. */
export interface ListQuery {
  readonly limit: number;
  readonly startingAfter: string | undefined;
  readonly expand: readonly string[];
  /** The list's own filters. */
  readonly filters: Readonly<Record<string, string>>;
}

/** Reads a list's query. Refuses what Stripe refuses: an unknown parameter, a limit outside 1–100. */
export function readListQuery(query: URLSearchParams, filters: readonly string[]): ListQuery {
  const own: Record<string, string> = {};
  const expand: string[] = [];
  for (const [name, value] of query) {
    if (/^expand(\[\d*\])?$/.test(name)) expand.push(value);
    else if (filters.includes(name)) own[name] = value;
    else if (name !== 'limit' && name !== 'starting_after')
      throw new StripeRefusal(400, 'parameter_unknown', `Received unknown parameter: ${name}`, name);
  }
  const limit = Number(query.get('limit') ?? DEFAULT_LIMIT);
  if (!Number.isInteger(limit) || limit < 1 || limit > MOST)
    throw new StripeRefusal(400, 'parameter_invalid_integer', `Invalid limit: must be between 1 and ${MOST}`, 'limit');
  return { limit, startingAfter: query.get('starting_after') ?? undefined, expand, filters: own };
}

/** A page of records, newest first (docs.stripe.com/api/pagination). */
export function pageOf<Item extends { id: string }>(
  records: RecordList<Item>,
  { limit, startingAfter }: ListQuery,
  url: string,
  shows: (item: Item) => boolean,
): Pick<Stripe.ApiList<Item>, 'object' | 'data' | 'has_more' | 'url'> {
  const start = startingAfter === undefined ? records.length : records.placeOf(startingAfter);
  if (start === undefined) throw missing(url.split('/').at(-1) ?? '', startingAfter ?? '', 'starting_after');
  const data: Item[] = [];
  let hasMore = false;
  for (let at = start - 1; at >= 0 && !hasMore; at -= 1) {
    const item = records.at(at);
    if (item === undefined || !shows(item)) continue;
    if (data.length === limit) hasMore = true;
    else data.push(item);
  }
  return { object: 'list', data, has_more: hasMore, url };
}

export const missing = (what: string, id: string, param: string): StripeRefusal =>
  new StripeRefusal(404, 'resource_missing', `No such ${what.replace(/s$/, '')}: '${id}'`, param);

/** `created[gte]` and its like over seconds. */
export function within(filters: Readonly<Record<string, string>>, name: string): (moment: number) => boolean {
  const bound = (how: string): number | undefined =>
    filters[`${name}[${how}]`] === undefined ? undefined : Number(filters[`${name}[${how}]`]);
  const [gte, gt, lte, lt] = [bound('gte'), bound('gt'), bound('lte'), bound('lt')];
  return (moment) =>
    (gte === undefined || moment >= gte) &&
    (gt === undefined || moment > gt) &&
    (lte === undefined || moment <= lte) &&
    (lt === undefined || moment < lt);
}

export const RANGE = (name: string): string[] => ['gte', 'gt', 'lte', 'lt'].map((how) => `${name}[${how}]`);

import { parseExact, isObject, printExact, type ExactObject } from '@qbo-sync/contracts/exact-json';
import type { Client } from '@qbo-sync/eventstore/pool';
import { changeMessage } from '../messages';
import type { Company } from '../calling/quickbooks';
import { insertOutgoing } from '../sql/outgoing';
import { decideChange, type Decision, type KnownLink } from './change';
import type { Single } from './reading';
import type { Merge } from './merges';
import {
  deleteHeld,
  lockLinks,
  selectOpenSends,
  updateAgreed,
  updateGone,
  updateMerged,
  updateSeen,
  upsertHeld,
  upsertNoticed,
  type HeldChange,
} from './sql-changes';

/** What became of the records of one page. */
export type Taken = Readonly<Record<Decision['do'], number>>;

/**
 * Takes records of one resource in as QuickBooks shows them now, in the caller's transaction. Open sends are looked at
 * before links: a send answered between the two has its link by then.
 */
export async function takeRecords(
  client: Client,
  company: Company,
  resource: string,
  records: readonly ExactObject[],
  at: Date,
): Promise<Taken> {
  const { tenant, books } = company;
  const byId = new Map(records.flatMap((record) => (typeof record['Id'] === 'string' ? [[record['Id'], record]] : [])));
  const open = await selectOpenSends(client, tenant);
  const links = await lockLinks(client, books, resource, [...byId.keys()]);
  const taken = { drop: 0, wait: 0, refresh: 0, publish: 0 };
  for (const [qboId, record] of byId) {
    const link = links.get(qboId);
    const decision = decideChange(record, {
      link,
      sendOpen: link !== undefined && open.refs.has(link.ref),
      createOpen: open.creates.has(resource),
    });
    const place = { books, resource, qboId };
    if (decision.do === 'publish' && link === undefined && !(await upsertNoticed(client, place, tokenOf(decision)))) {
      taken.drop += 1;
      continue;
    }
    taken[decision.do] += 1;
    if (decision.do === 'wait') await upsertHeld(client, { ...place, tenant, record: printExact(record) }, at);
    if (decision.do === 'refresh' && link !== undefined) {
      const update = decision.what === 'agreed' ? updateAgreed : updateSeen;
      await update(client, { books, ref: link.ref }, decision.token, decision.shown);
    }
    if (decision.do !== 'publish') continue;
    await publish(client, company, resource, { qboId, record, link, decision }, at);
  }
  return taken;
}

/** Says how a singleton stands, after webhooks named it: nobody here writes it, so nothing of it is our own. */
export async function takeSingle(
  client: Client,
  { tenant, books }: Company,
  { resource, record }: Single,
  at: Date,
): Promise<void> {
  const place = { tenant, books, resource, record: printExact(record), at: at.toISOString() };
  await insertOutgoing(client, [changeMessage({ ...place, changed: [], origin: 'qbo' }, resource)]);
}

/** A record of ours as it stands before we write to it again: the feed will show it with our write in it, as our own. */
export async function takeBeforeWrite(
  client: Client,
  company: Company,
  resource: string,
  { record, ours }: { readonly record: ExactObject; readonly ours: readonly string[] },
  at: Date,
): Promise<void> {
  const { Id: qboId } = record;
  if (typeof qboId !== 'string') return;
  const link = (await lockLinks(client, company.books, resource, [qboId])).get(qboId);
  if (link === undefined) return;
  const decision = decideChange(record, { link, sendOpen: false, createOpen: false });
  // What came to an end is not written to; the feed tells of that.
  if (decision.do !== 'publish' || decision.gone !== undefined) return;
  const changed = decision.changed.filter((field) => !ours.includes(field));
  if (changed.length === 0) return;
  await publish(client, company, resource, { qboId, record, link, decision: { ...decision, changed } }, at);
}

/** No version comes after it: the record is no more. */
const THE_LAST = String(Number.MAX_SAFE_INTEGER);

const tokenOf = ({ gone, token }: Extract<Decision, { do: 'publish' }>): string =>
  gone === 'deleted' ? THE_LAST : token;

interface Publishing {
  readonly qboId: string;
  readonly record: ExactObject;
  readonly link: KnownLink | undefined;
  readonly decision: Extract<Decision, { do: 'publish' }>;
}

async function publish(
  client: Client,
  { tenant, books }: Company,
  resource: string,
  { qboId, record, link, decision }: Publishing,
  at: Date,
): Promise<void> {
  const { changed, gone, token, shown } = decision;
  if (link !== undefined) {
    if (gone === 'deleted' || gone === 'voided') await updateGone(client, { books, ref: link.ref });
    else await updateSeen(client, { books, ref: link.ref }, token, shown);
  }
  const change = {
    ...{ tenant, books, resource, record: printExact(record), changed: [...changed], origin: 'qbo' as const },
    ...(link === undefined ? {} : { ref: link.ref }),
    ...(gone === undefined ? {} : { gone }),
    at: at.toISOString(),
  };
  await insertOutgoing(client, [changeMessage(change, link?.ref ?? `${resource}/${qboId}`)]);
}

/** Looks again at records that waited for an answer of ours; those still without one wait on. */
export async function retakeHeld(client: Client, held: readonly HeldChange[], at: Date): Promise<void> {
  for (const { tenant, books, resource, qboId, record } of held) {
    const json = parseExact(record);
    const again = isObject(json) ? [json] : [];
    const taken = await takeRecords(client, { tenant, books }, resource, again, at);
    if (taken.wait === 0) await deleteHeld(client, books, resource, [qboId]);
  }
}

/** Merged into another record there: what refers to ours goes to that one from now on, and ours is no more. */
export async function takeMerge(client: Client, { tenant, books }: Company, merge: Merge, at: Date): Promise<void> {
  const { resource, from, into } = merge;
  const link = (await lockLinks(client, books, resource, [from])).get(from);
  if (link === undefined || link.gone !== null) return;
  await updateMerged(client, { books, ref: link.ref }, into);
  // What QuickBooks still shows of it is not somebody's new record.
  await upsertNoticed(client, { books, resource, qboId: from }, THE_LAST);
  const change = {
    ...{ tenant, books, ref: link.ref, resource, changed: [], origin: 'qbo' as const },
    record: JSON.stringify({ Id: from, MergedInto: into }),
    gone: 'merged' as const,
    at: at.toISOString(),
  };
  await insertOutgoing(client, [changeMessage(change, link.ref)]);
}

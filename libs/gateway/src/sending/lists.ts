import type { ExactObject } from '@qbo-sync/contracts/exact-json';
import { printExact } from '@qbo-sync/contracts/exact-json';
import { LIST_END } from '@qbo-sync/contracts/sync/change';
import { recordIn, type Outcome } from '@qbo-sync/qbo/classify';
import { PAGE_ROWS, select } from '@qbo-sync/qbo/query';
import { singletonPath } from '@qbo-sync/qbo/singletons';
import { isForOwner } from '@qbo-sync/qbo/error-table';
import type { Desk, Job } from './desk';
import { recordsIn } from '../decide/find';
import { changeMessage } from '../messages';
import { letWait, settle } from './settling';
import { insertOutgoing } from '../sql/outgoing';

/** Not a property of this resource: it has no inactive records. */
const NOT_QUERYABLE = '4001';

/**
 * Reads the records of a resource that are asked for, inactive ones too; one change message per record, then the answer. The
 * answer may overtake them on its own topic: after the records of a narrowed list, which is read once, their end is said.
 */
export async function list(desk: Desk, job: Job): Promise<void> {
  const { resource, only } = job.request;
  const alone = singletonPath(resource);
  if (alone !== undefined) {
    const outcome = await desk.quickbooks.call(job.company, { method: 'GET', path: alone });
    const record = outcome.is === 'ok' ? recordIn(outcome.body, resource) : undefined;
    if (record === undefined) return failed(desk, job, outcome);
    await say(desk, job, [record]);
    return settle(desk, job, { outcome: 'synced' });
  }
  let inactiveToo = true;
  for (let start = 1; ;) {
    const query = select(resource, [], { inactiveToo, start, ...(only === undefined ? {} : { only }) });
    const outcome = await desk.quickbooks.call(job.company, { method: 'GET', path: 'query', query: { query } });
    if (inactiveToo && outcome.is === 'fault' && outcome.fault.code === NOT_QUERYABLE) {
      inactiveToo = false;
      continue;
    }
    if (outcome.is !== 'ok') return failed(desk, job, outcome);
    const records = recordsIn(outcome.body, resource);
    await say(desk, job, records);
    start += records.length;
    if (records.length === PAGE_ROWS) continue;
    if (only !== undefined) await sayText(desk, job, [LIST_END]);
    return settle(desk, job, { outcome: 'synced' });
  }
}

const say = (desk: Desk, job: Job, records: readonly ExactObject[]): Promise<void> =>
  sayText(desk, job, records.map(printExact));

async function sayText(desk: Desk, job: Job, records: readonly string[]): Promise<void> {
  const { tenant, ref } = job.place;
  const at = desk.clock().toISOString();
  const { books } = job.company;
  const { resource } = job.request;
  await insertOutgoing(
    desk.db,
    records.map((record) =>
      changeMessage({ tenant, books, ref, resource, record, changed: [], origin: 'list', at }, ref),
    ),
  );
}

async function failed(desk: Desk, job: Job, outcome: Outcome): Promise<void> {
  if (outcome.is === 'fault' && isForOwner(outcome.fault.class)) {
    return settle(desk, job, { outcome: 'refused', code: outcome.fault.code, detail: outcome.fault.detail });
  }
  return letWait(desk, job, null, { notBefore: desk.clock() });
}

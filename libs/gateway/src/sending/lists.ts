import type { ExactObject } from '@qbo-sync/contracts/exact-json';
import { printExact } from '@qbo-sync/contracts/exact-json';
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

/** Reads all records of a resource, inactive ones too; one change message per record, then the answer. */
export async function list(desk: Desk, job: Job): Promise<void> {
  const { resource } = job.request;
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
    const query = select(resource, [], { inactiveToo, start });
    const outcome = await desk.quickbooks.call(job.company, { method: 'GET', path: 'query', query: { query } });
    if (inactiveToo && outcome.is === 'fault' && outcome.fault.code === NOT_QUERYABLE) {
      inactiveToo = false;
      continue;
    }
    if (outcome.is !== 'ok') return failed(desk, job, outcome);
    const records = recordsIn(outcome.body, resource);
    await say(desk, job, records);
    if (records.length < PAGE_ROWS) return settle(desk, job, { outcome: 'synced' });
    start += records.length;
  }
}

async function say(desk: Desk, job: Job, records: readonly ExactObject[]): Promise<void> {
  const { tenant, ref } = job.place;
  const at = desk.clock().toISOString();
  const { books } = job.company;
  const { resource } = job.request;
  await insertOutgoing(
    desk.db,
    records.map((record) =>
      changeMessage({ tenant, books, ref, resource, record: printExact(record), changed: [], origin: 'list', at }, ref),
    ),
  );
}

async function failed(desk: Desk, job: Job, outcome: Outcome): Promise<void> {
  if (outcome.is === 'fault' && isForOwner(outcome.fault.class)) {
    return settle(desk, job, { outcome: 'refused', code: outcome.fault.code, detail: outcome.fault.detail });
  }
  return letWait(desk, job, null, { notBefore: desk.clock() });
}

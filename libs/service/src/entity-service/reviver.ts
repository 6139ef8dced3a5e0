import { parkedFor, type ParkedPlace, type ParkedRow } from '@qbo-sync/eventstore/parked';
import type { Database } from '@qbo-sync/eventstore/pool';
import { inTransaction } from '@qbo-sync/eventstore/transaction';
import type { ConsumedMessage } from '@qbo-sync/kafka/message';
import { applyWork, type Applied } from './applying';
import type { EntityService } from './definition';
import { isPoison } from './poison';
import { readWork } from './work';

export interface ReviverParts {
  readonly pool: Database;
  readonly service: EntityService;
  /** RFC 3339. */
  readonly now: () => string;
  readonly onApplied: (topic: string, applied: Applied) => void;
  readonly onError: (error: unknown) => void;
  readonly pageSize?: number;
}

const PAGE = 200;

/**
 * Reads again what was set aside because its type was unknown: a version that knows it takes it in as if it came now, in
 * the order of its log (scenarios.md 12). It never passed the inbox, so it is admitted there for the first time. Returns how
 * many could be read. What still cannot stays where it is.
 */
export async function readParkedAgain(parts: ReviverParts): Promise<number> {
  const { pool, service, pageSize = PAGE } = parts;
  let revived = 0;
  for (let after: ParkedPlace | undefined; ;) {
    const page = await parkedFor(pool, { reason: 'unreadable', topics: service.events, after, limit: pageSize });
    for (const row of page) if (await readOne(parts, row)) revived += 1;
    after = page.at(-1);
    if (page.length < pageSize) return revived;
  }
}

async function readOne({ pool, service, now, onApplied, onError }: ReviverParts, row: ParkedRow): Promise<boolean> {
  const at = now();
  const message: ConsumedMessage = { ...row, headers: { ...row.headers }, timestamp: Date.parse(row.parkedAt) };
  const work = readWork(service, message, at);
  if (work.do === 'park') return false;
  try {
    const applied = await inTransaction(pool, (client) => applyWork(client, service, [work], at, { again: true }));
    onApplied(row.topic, applied);
    return true;
  } catch (error) {
    if (!isPoison(error)) throw error;
    onError(error);
    return false;
  }
}

import type { Database } from '@qbo-sync/eventstore/pool';
import { inTransaction } from '@qbo-sync/eventstore/transaction';
import { orphanActivity } from './messages';
import { insertOutgoing } from './sql/outgoing';
import { selectOrphans, updateOrphanSaid } from './sql/waiting';

/** A parent that nobody sends within this time is not on its way. */
const PARENT_MS = 15 * 60_000;
/** Said in one sweep; the next one goes on. */
const EACH = 500;

/**
 * Says of rows whose parent stays unknown that they need attention, once each; the reason names the parent, so that the
 * children of one parent are one problem. They go on waiting: the parent's link wakes them. True: something was said.
 */
export async function sayOrphans(db: Database, now: Date, afterMs: number = PARENT_MS): Promise<boolean> {
  const orphans = await selectOrphans(db, new Date(now.getTime() - afterMs), EACH);
  for (const orphan of orphans) {
    const place = { ...orphan, attempt: orphan.attempts + 1 };
    await inTransaction(db, async (client) => {
      if (!(await updateOrphanSaid(client, orphan))) return;
      await insertOutgoing(client, [orphanActivity(place, orphan.waitsOn, now)]);
    });
  }
  return orphans.length > 0;
}

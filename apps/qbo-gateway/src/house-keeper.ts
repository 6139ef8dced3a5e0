import type { Database } from '@qbo-sync/eventstore/pool';
import { keepHouse } from '@qbo-sync/gateway/housekeeping';
import { Rounds } from '@qbo-sync/gateway/rounds';
import type { Log } from '@qbo-sync/service/log';

const EVERY_MS = 3_600_000;

/** Makes the tables of the answers' next days, and drops those that are old enough, at start and every hour. */
export function houseKeeper(db: Database, keptDays: number, log: Log): Rounds {
  return new Rounds({
    everyMs: EVERY_MS,
    round: async () => {
      const { made, dropped } = await keepHouse(db, new Date(), keptDays);
      if (made.length > 0) log.info({ count: made.length }, 'made tables for the answers of days to come');
      if (dropped.length > 0) log.info({ count: dropped.length }, 'dropped the answers of days past');
    },
    // Days are made a week ahead, and what is late to go stays for another hour.
    onError: (err) => log.warn({ err }, 'could not look after the answers’ days'),
  });
}

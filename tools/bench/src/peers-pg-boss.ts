import type { QboRequest } from '@qbo-sync/contracts/sync/request';
import { PgBoss } from 'pg-boss';
import { jobOf, requestOf, type Contender } from './peers-work';

export const PG_BOSS = 'pg-boss 12.38.0: insert by 1,000, policy key_strict_fifo, fetch by 500 and complete, 2 loops';

const INSERTED = 1_000;
const FETCHED = 500;
const LOOPS = 2;

/** Its own bulk ways. */
export async function pgBoss(connectionString: string): Promise<Contender> {
  const boss = new PgBoss({ connectionString, supervise: false, schedule: false, max: 10 });
  boss.on('error', () => undefined);
  await boss.start();
  await boss.createQueue('send', { policy: 'key_strict_fifo' });
  return {
    prepare: (jobs) => {
      const inserts = jobs.map((job) => ({ singletonKey: job.key, data: requestOf(job) }));
      return async () => {
        for (let from = 0; from < inserts.length; from += INSERTED)
          await boss.insert('send', inserts.slice(from, from + INSERTED));
      };
    },
    dispatch: async (total, start) => {
      let left = total;
      const loop = async (): Promise<void> => {
        while (left > 0) {
          const jobs = await boss.fetch<QboRequest>('send', { batchSize: FETCHED });
          for (const { data } of jobs) start(jobOf(data));
          left -= jobs.length;
          if (jobs.length > 0)
            await boss.complete(
              'send',
              jobs.map(({ id }) => id),
            );
        }
      };
      await Promise.all(Array.from({ length: LOOPS }, loop));
    },
    close: () => boss.stop({ graceful: false }),
  };
}

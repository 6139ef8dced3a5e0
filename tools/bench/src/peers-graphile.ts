import type { QboRequest } from '@qbo-sync/contracts/sync/request';
import { Logger, makeWorkerUtils, run } from 'graphile-worker';
import { jobOf, requestOf, type Contender } from './peers-work';

export const GRAPHILE =
  'graphile-worker 0.18.0: addJobs by 1,000, queueName per key, localQueue 500, completeJobBatchDelay 0, concurrency 24, pollInterval 100 ms';

const ADDED = 1_000;
const LOCAL_QUEUE = 500;
const SILENT = new Logger(() => () => undefined);

/** Its own bulk ways. Without the local queue it keeps order, at a hundredth of the rate: every job is fetched by itself. */
export async function graphileWorker(connectionString: string): Promise<Contender> {
  const utils = await makeWorkerUtils({ connectionString, logger: SILENT });
  await utils.migrate();
  let stopping: Promise<void> | undefined;
  return {
    prepare: (jobs) => {
      const specs = jobs.map((job) => ({ identifier: 'send', queueName: job.key, payload: requestOf(job) }));
      return async () => {
        for (let from = 0; from < specs.length; from += ADDED) await utils.addJobs(specs.slice(from, from + ADDED));
      };
    },
    dispatch: async (total, start) => {
      let left = total;
      let end: () => void = () => undefined;
      const started = new Promise<void>((resolve) => (end = resolve));
      const runner = await run({
        ...{ connectionString, logger: SILENT, noHandleSignals: true, crontab: '' },
        ...{ concurrency: 24, pollInterval: 100, maxPoolSize: 30 },
        preset: {
          worker: { completeJobBatchDelay: 0, localQueue: { size: LOCAL_QUEUE } },
        },
        taskList: {
          send: (payload) => {
            start(jobOf(payload as QboRequest));
            left -= 1;
            if (left === 0) end();
          },
        },
      });
      await started;
      // Its last completions are under way: to its favour they are not on the clock.
      stopping = runner.stop();
    },
    close: async () => {
      await stopping;
      await utils.release();
    },
  };
}

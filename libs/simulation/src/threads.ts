import { Worker, type MessagePort } from 'node:worker_threads';

/** In a thread: does each task it is sent and sends back what came of it. */
export function workOn<Task, Done>(port: MessagePort, work: (task: Task) => Promise<Done>): void {
  port.on('message', (task: Task) => void work(task).then((done) => port.postMessage(done)));
}

/** Hands tasks to as many threads of a script as `jobs`, each its next one when it is done: time is each thread's own. */
export async function inThreads<Task, Done>(
  script: string,
  jobs: number,
  next: () => Task | undefined,
  onDone: (done: Done) => void,
): Promise<void> {
  const thread = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const worker = new Worker(script);
      const more = (): void => {
        const task = next();
        if (task === undefined) void worker.terminate().then(() => resolve(), reject);
        else worker.postMessage(task);
      };
      worker.on('error', reject);
      worker.on('message', (done: Done) => {
        onDone(done);
        more();
      });
      more();
    });
  await Promise.all(Array.from({ length: Math.max(1, jobs) }, thread));
}

/** The work all contenders do: jobs of 1 KB of JSON, each of a key whose jobs are to start in order. */
export interface Job {
  readonly key: string;
  /** Its place among the jobs of its key: 0, 1, 2 … */
  readonly place: number;
}

/** One way to store jobs and dispatch them, over a database of its own. */
export interface Contender {
  /** Makes jobs ready; what is answered stores them, in the order given. */
  prepare(jobs: readonly Job[]): () => Promise<void>;
  /** Starts all that are stored and says of each that it is done; `start` is told of each as it starts. */
  dispatch(total: number, start: (job: Job) => void): Promise<void>;
  /** Ends what is under way. */
  close(): Promise<void>;
}

/** Jobs of `keys` keys, one of each key after the other, as events of many companies come. */
export function jobsOf(count: number, keys: number): Job[] {
  return Array.from({ length: count }, (_, n) => ({ key: `key-${n % keys}`, place: Math.floor(n / keys) }));
}

export const KILOBYTE = 1_024;

/** A job as an object that is 1 KB as JSON. */
export function kilobyte(job: Job): object {
  const left = KILOBYTE - JSON.stringify({ ...job, filling: '' }).length;
  return { ...job, filling: 'x'.repeat(left) };
}

/** Counts jobs that start after a later one of their key. */
export class OrderWatch {
  readonly #last = new Map<string, number>();
  started = 0;
  late = 0;

  readonly start = ({ key, place }: Job): void => {
    const last = this.#last.get(key) ?? -1;
    if (place < last) this.late += 1;
    else this.#last.set(key, place);
    this.started += 1;
  };
}

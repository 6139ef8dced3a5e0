import type { Database } from '@qbo-sync/eventstore/pool';
import { deleteReadsBefore, insertReadCall, updateReadEnded } from '../sql/read-calls';

/** Longer than a call and a window together. */
const KEPT_MS = 10 * 60_000;
const FORGET_EVERY_MS = 60_000;

/**
 * Notes every read around its call, so that whoever takes the realm over counts it: a write's attempt is stored anyway, of
 * a read nothing else is kept.
 */
export class ReadsNoted {
  #forgotAt = 0;

  constructor(
    private readonly db: Database,
    private readonly clock: () => Date,
    private readonly onError: (error: unknown) => void,
  ) {}

  /** Throws where the read could not be noted and was not made. */
  async around<T>(books: string, call: () => Promise<T>): Promise<T> {
    const at = this.clock();
    const id = await insertReadCall(this.db, books, at);
    const result = await call();
    // Whatever becomes of the note, the answer is heard: it may be a refusal by throttling.
    await this.#ended(id, at).catch(this.onError);
    return result;
  }

  /** An end that is not noted makes the read count for longer. */
  async #ended(id: string, at: Date): Promise<void> {
    await updateReadEnded(this.db, id, this.clock());
    if (at.getTime() - this.#forgotAt <= FORGET_EVERY_MS) return;
    this.#forgotAt = at.getTime();
    await deleteReadsBefore(this.db, new Date(at.getTime() - KEPT_MS));
  }
}

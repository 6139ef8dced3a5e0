import { Copy } from '@qbo-sync/gateway/sql/copying';
import type { Database } from '@qbo-sync/eventstore/pool';

type Done = (...given: unknown[]) => void;

/**
 * Counts what is under way in a real Postgres, so that virtual time stands still meanwhile: statements, and connections
 * being made.
 */
export class WatchedPools {
  #underWay = 0;

  /** Of a pool that nobody uses at the moment. */
  watch(db: Database): void {
    const watched = new WeakSet();
    const connect = db.connect.bind(db) as (done?: Done) => Promise<unknown> | undefined;
    Object.assign(db, { connect: (done?: Done) => this.#watch((told) => connect(told), done) });
    db.on('acquire', (client) => {
      if (watched.has(client)) return;
      watched.add(client);
      const query = client.query.bind(client) as (...given: unknown[]) => Promise<unknown> | undefined;
      Object.assign(client, {
        query: (...given: unknown[]) => {
          if (given[0] instanceof Copy) return query(this.#watchCopy(given[0]));
          const last = given.at(-1);
          const done = typeof last === 'function' ? (last as Done) : undefined;
          const asked = done === undefined ? given : given.slice(0, -1);
          return this.#watch((told) => query(...asked, ...(told === undefined ? [] : [told])), done);
        },
      });
    });
  }

  /** Ends once nothing is under way in Postgres and no promise goes on. */
  async quiet(): Promise<void> {
    for (let still = 0; still < 2;) {
      await new Promise((resolve) => setImmediate(resolve));
      still = this.#underWay === 0 ? still + 1 : 0;
    }
  }

  #watchCopy(copy: Copy): Copy {
    this.#underWay += 1;
    const told = copy.callback;
    copy.callback = (error) => {
      this.#underWay -= 1;
      told(error);
    };
    return copy;
  }

  #watch(start: (told?: Done) => Promise<unknown> | undefined, done: Done | undefined): Promise<unknown> | undefined {
    this.#underWay += 1;
    const over = (): void => {
      this.#underWay -= 1;
    };
    if (done !== undefined) {
      return start((...given) => {
        over();
        done(...given);
      });
    }
    return start()?.finally(over);
  }
}

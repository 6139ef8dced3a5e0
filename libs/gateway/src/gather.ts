interface Asked<Key, Value> {
  readonly key: Key;
  readonly resolve: (value: Value) => void;
  readonly reject: (error: unknown) => void;
}

/** Keys asked for at once, unless told otherwise. */
const MOST = 500;

/**
 * A reader of one that reads many: what is asked for while a statement is under way goes together into the next one, and
 * what is asked for in one turn goes together at once. `load` answers in the order of its keys.
 */
export function gather<Key, Value>(
  load: (keys: readonly Key[]) => Promise<readonly Value[]>,
  most = MOST,
): (key: Key) => Promise<Value> {
  let waiting: Asked<Key, Value>[] = [];
  let busy = false;
  const pump = async (): Promise<void> => {
    if (busy) return;
    busy = true;
    // The others of this turn come too.
    await Promise.resolve();
    while (waiting.length > 0) {
      const some = waiting.slice(0, most);
      waiting = waiting.slice(most);
      try {
        const values = await load(some.map(({ key }) => key));
        some.forEach(({ resolve }, place) => resolve(values[place] as Value));
      } catch (error) {
        for (const { reject } of some) reject(error);
      }
    }
    busy = false;
  };
  return (key) =>
    new Promise((resolve, reject) => {
      waiting.push({ key, resolve, reject });
      void pump();
    });
}

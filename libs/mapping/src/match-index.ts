/**
 * Records by what they could be recognised by, so that each of ours is compared with the few that share something with
 * it: 10,000 against 10,000 is a walk along one list.
 */
export interface MatchIndex<Record> {
  /** Each record that shares a key, once, in the order they were given. */
  candidates(keys: readonly string[]): readonly Record[];
}

/** A mail address or number that more records share is a placeholder or an office: it tells nobody. */
export const MOST_SHARING = 20;

/** Keys that so many records share that they say nothing of any. */
export function commonKeys<Record>(
  records: readonly Record[],
  keysOf: (record: Record) => readonly string[],
): ReadonlySet<string> {
  const counts = new Map<string, number>();
  for (const record of records) for (const key of keysOf(record)) counts.set(key, (counts.get(key) ?? 0) + 1);
  return new Set([...counts].filter(([, count]) => count > MOST_SHARING).map(([key]) => key));
}

export function indexBy<Record>(
  records: readonly Record[],
  keysOf: (record: Record) => readonly string[],
): MatchIndex<Record> {
  const byKey = new Map<string, number[]>();
  records.forEach((record, place) => {
    for (const key of keysOf(record)) {
      const places = byKey.get(key);
      if (places === undefined) byKey.set(key, [place]);
      else places.push(place);
    }
  });
  return {
    candidates(keys) {
      const places = new Set(keys.flatMap((key) => byKey.get(key) ?? []));
      return [...places].sort((a, b) => a - b).flatMap((place) => records[place] ?? []);
    },
  };
}

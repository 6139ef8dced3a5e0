interface Said {
  readonly at: number;
  readonly unsaid: number;
}

const AGAIN_AFTER_MS = 10_000;
/** Different messages remembered; a client has a few dozen. */
const MOST_REMEMBERED = 200;

/**
 * Says each message at once, and the same again only after ten seconds, with how often it came in between: a client without
 * a broker has the same to say many times a second. `now` in milliseconds.
 */
export function foldRepeats<Entry extends { readonly message: string }>(
  say: (entry: Entry) => void,
  now: () => number,
): (entry: Entry) => void {
  const said = new Map<string, Said>();
  return (entry) => {
    const { message } = entry;
    const last = said.get(message);
    if (last !== undefined && now() - last.at < AGAIN_AFTER_MS) {
      said.set(message, { ...last, unsaid: last.unsaid + 1 });
      return;
    }
    if (said.size >= MOST_REMEMBERED) said.clear();
    said.set(message, { at: now(), unsaid: 0 });
    const repeats = last === undefined || last.unsaid === 0 ? '' : ` (${last.unsaid} more since it was said last)`;
    say({ ...entry, message: `${message}${repeats}` });
  };
}

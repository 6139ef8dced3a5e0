/** Lines for a person: steps stay, the last one may be repainted while something runs. */
export interface Progress {
  step(line: string): void;
  /** One live line; painted over by the next. */
  live(line: string): void;
}

/** On a terminal the live line is repainted in place; elsewhere it is printed now and then. */
export function terminalProgress(out: { write(text: string): unknown; isTTY?: boolean }): Progress {
  const LIVE_EVERY_MS = 5_000;
  let painted = false;
  let lastLive = 0;
  return {
    step(line) {
      if (painted) out.write('\r\u001b[K');
      painted = false;
      out.write(`${line}\n`);
    },
    live(line) {
      if (out.isTTY) {
        out.write(`\r\u001b[K${line}`);
        painted = true;
      } else if (Date.now() - lastLive > LIVE_EVERY_MS) {
        lastLive = Date.now();
        out.write(`${line}\n`);
      }
    },
  };
}

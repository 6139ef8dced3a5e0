const EACH_MS = 5_000;

/** Tells on stderr how far something has come, at most every five seconds. */
export function progress(what: string): (how: string) => void {
  let toldAt = Date.now();
  return (how) => {
    if (Date.now() - toldAt < EACH_MS) return;
    toldAt = Date.now();
    process.stderr.write(`  … ${what}: ${how}\n`);
  };
}

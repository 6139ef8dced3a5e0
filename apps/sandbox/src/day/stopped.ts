/** The day cannot go on: one sentence that says why, for a person. */
export class DayStopped extends Error {
  constructor(sentence: string) {
    super(sentence);
    this.name = 'DayStopped';
  }
}

/** Asks until the answer is there; `sentence` is what to say when it does not come. */
export async function until<T>(
  ask: () => Promise<T | undefined>,
  options: { readonly withinMs: number; readonly everyMs?: number; readonly sentence: string },
): Promise<T> {
  const deadline = Date.now() + options.withinMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > deadline) throw new DayStopped(options.sentence);
    await new Promise((resolve) => setTimeout(resolve, options.everyMs ?? 300));
  }
}

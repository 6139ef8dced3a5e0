export interface UntilOptions {
  readonly timeoutMs?: number;
  /** What is waited for, for the error. */
  readonly what?: string;
  readonly everyMs?: number;
}

/**
 * Waits until `condition` gives something other than false, null or undefined, and returns that. Rejects after the
 * time-out with what was waited for and the condition's last error.
 */
export async function until<Result>(
  condition: () => Result | Promise<Result>,
  { timeoutMs = 10_000, what = 'a condition', everyMs = 20 }: UntilOptions = {},
): Promise<Exclude<Awaited<Result>, false | null | undefined>> {
  const endsAt = Date.now() + timeoutMs;
  for (;;) {
    let failure: unknown;
    try {
      const result = await condition();
      if (result !== false && result !== null && result !== undefined) {
        return result as Exclude<Awaited<Result>, false | null | undefined>;
      }
    } catch (error) {
      failure = error;
    }
    if (Date.now() >= endsAt) {
      throw new Error(`Waited ${timeoutMs} ms in vain for ${what}`, failure === undefined ? {} : { cause: failure });
    }
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}

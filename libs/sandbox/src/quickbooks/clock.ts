/** Something to be done once its time has come. */
interface Due {
  at: number;
  run: () => void | Promise<void>;
}

/**
 * The emulator's time: a base that runs by itself, and what has been added to it by stepping. What is to be done later
 * (a late commit, a webhook's next try) comes due by real waiting and by stepping alike.
 */
export class Clock {
  private offsetMs = 0;
  private due: Due[] = [];
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly base: () => number) {}

  /** Epoch milliseconds. */
  readonly now = (): number => this.base() + this.offsetMs;

  /** Milliseconds since some moment: for measuring and for {@link at}. */
  elapsed(): number {
    return performance.now() + this.offsetMs;
  }

  steppedMs(): number {
    return this.offsetMs;
  }

  /** Takes up the stepped time of an earlier run. */
  resume(steppedMs: number): void {
    this.offsetMs = steppedMs;
  }

  /** Does something at a moment of {@link elapsed}, at once when it is past. */
  at(elapsedMs: number, run: Due['run']): void {
    this.due.push({ at: elapsedMs, run });
    this.arm();
  }

  after(ms: number, run: Due['run']): void {
    this.at(this.elapsed() + ms, run);
  }

  /** Steps forward; resolves when all that came due by it, one after the other, is done. */
  async advance(ms: number): Promise<void> {
    this.offsetMs += ms;
    for (let next = this.takeDue(); next !== undefined; next = this.takeDue()) await next.run();
    this.arm();
  }

  stop(): void {
    clearTimeout(this.timer);
    this.due = [];
  }

  private takeDue(): Due | undefined {
    const first = this.due.reduce<Due | undefined>(
      (earliest, each) => (earliest === undefined || each.at < earliest.at ? each : earliest),
      undefined,
    );
    if (first === undefined || first.at > this.elapsed()) return undefined;
    this.due.splice(this.due.indexOf(first), 1);
    return first;
  }

  private arm(): void {
    clearTimeout(this.timer);
    if (this.due.length === 0) return;
    const first = Math.min(...this.due.map((each) => each.at));
    this.timer = setTimeout(
      () => {
        for (let next = this.takeDue(); next !== undefined; next = this.takeDue()) void next.run();
        this.arm();
      },
      Math.min(Math.max(first - this.elapsed(), 0), 60_000),
    );
  }
}

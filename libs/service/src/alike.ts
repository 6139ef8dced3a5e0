/** Lets so many lines of one text through in any second and counts the others: an outage makes every row say the same. */
export class Alike {
  private readonly seconds = new Map<string, { readonly second: number; lines: number; leftOut: number }>();

  /** `now` in milliseconds. */
  constructor(
    private readonly mostASecond: number,
    private readonly now: () => number,
  ) {}

  /** How many of this text were left out since the last one; undefined: this one is left out as well. */
  admit(text: string): number | undefined {
    const second = Math.floor(this.now() / 1000);
    const known = this.seconds.get(text);
    const current = known?.second === second ? known : { second, lines: 0, leftOut: known?.leftOut ?? 0 };
    this.seconds.set(text, current);
    if (current.lines >= this.mostASecond) {
      current.leftOut += 1;
      return undefined;
    }
    current.lines += 1;
    const { leftOut } = current;
    current.leftOut = 0;
    return leftOut;
  }
}

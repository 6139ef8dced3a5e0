import type { Actor, World } from './world';

/** Intuit asks for so long a silence after a refusal by throttling (quickbooks.md §3.1). */
const SILENCE_MS = 60_000;
/** Calls that were on their way, and a gateway that is just noting what it heard. */
const HEARD_WITHIN_MS = 2_000;

interface UnderWay {
  readonly actor: Actor;
  readonly since: number;
}

/**
 * What must hold of the calls to one company at any time, whatever goes wrong: one write of a record at a time, none by a
 * process whose lease is over, silence of whoever heard a refusal by throttling. A process that was stopped between its
 * last look at the clock and its first byte is beyond what anybody can promise (reliability.md F36): it is left out.
 */
export class CallWatch {
  private readonly underWay = new Map<string, UnderWay>();
  private quiet: { readonly actor: Actor; readonly fromMs: number; readonly untilMs: number } | undefined;

  constructor(
    private readonly world: World,
    private readonly realm: string,
    /** Whether a process holds the company's lease now. */
    private readonly holdsLease: (actor: Actor) => boolean,
  ) {}

  /** A call begins; what is returned is called when it ends for its sender, or when it is in the books at last. */
  begin(actor: Actor, writes: readonly string[]): () => void {
    const { world, realm, underWay, quiet } = this;
    const now = world.time.nowMs;
    const heard = quiet?.actor === actor && actor.frozenUntilMs < quiet.fromMs;
    if (heard && now < quiet.untilMs && now > quiet.fromMs + HEARD_WITHIN_MS)
      world.fail(`${realm}: called ${now - quiet.fromMs} ms after a 429`);
    if (writes.length > 0 && !this.holdsLease(actor)) world.fail(`${realm}: ${actor.name} sends past its lease`);
    const begun: UnderWay = { actor, since: now };
    for (const identity of writes) {
      const other = underWay.get(identity);
      if (other !== undefined && other.actor.alive && other.actor.frozenUntilMs < other.since)
        world.fail(`${realm} ${identity}: two sends at a time`);
      underWay.set(identity, begun);
    }
    return () => {
      for (const identity of writes) if (underWay.get(identity) === begun) underWay.delete(identity);
    };
  }

  /** A process has heard that the company is throttled; one that is stopped at that moment tells nobody. */
  throttled(actor: Actor): void {
    const fromMs = this.world.time.nowMs;
    this.quiet = { actor, fromMs, untilMs: fromMs + SILENCE_MS };
  }
}

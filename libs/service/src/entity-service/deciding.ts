import type { SyncSettings } from '@qbo-sync/contracts/sync/settings';
import type { Client } from '@qbo-sync/eventstore/pool';
import { readSettings } from '@qbo-sync/eventstore/settings';
import {
  appendAll,
  loadEvents,
  lockStreams,
  streamId,
  type Append,
  type NewEvent,
  type StreamKey,
} from '@qbo-sync/eventstore/streams';
import type { EntityService, Trigger } from './definition';

/** One stream's share of a transaction: what it decides on in order, or events of the kit to append as they are. */
export interface Turn extends StreamKey {
  readonly triggers: Trigger[];
  readonly kitEvents: NewEvent[];
}

/** What a transaction is to do, by stream, in the order in which the streams were first named. */
export class Board {
  private readonly turns = new Map<string, Turn>();

  trigger(key: StreamKey, trigger: Trigger): void {
    this.turnOf(key).triggers.push(trigger);
  }

  append(key: StreamKey, event: NewEvent): void {
    this.turnOf(key).kitEvents.push(event);
  }

  all(): readonly Turn[] {
    return [...this.turns.values()];
  }

  private turnOf({ tenant, ref }: StreamKey): Turn {
    const id = streamId({ tenant, ref });
    const known = this.turns.get(id);
    if (known !== undefined) return known;
    const turn: Turn = { tenant, ref, triggers: [], kitEvents: [] };
    this.turns.set(id, turn);
    return turn;
  }
}

/** A rule threw: a bug, or data no rule thought of. The record behind it is set aside; the partition goes on. */
export class DecisionError extends Error {
  constructor(
    readonly stream: StreamKey,
    cause: unknown,
  ) {
    super(`deciding on ${stream.ref} failed`, { cause });
    this.name = 'DecisionError';
  }
}

export interface Decided extends StreamKey {
  readonly version: number;
  readonly triggers: readonly Trigger[];
  /** Types of the events appended, in order; none when nothing was to be said. */
  readonly events: readonly string[];
  /** A look at what stands threw: that look came to nothing, nobody's record is set aside for it. */
  readonly failure?: DecisionError;
}

const CLOSED = { open: false, waitsOn: null, revisitAt: null } as const;

/** Locks the streams in key order, folds, decides, appends; the caller's transaction commits it. */
export async function decideStreams(
  client: Client,
  service: EntityService,
  board: Board,
  now: string,
): Promise<readonly Decided[]> {
  const turns = board.all();
  if (turns.length === 0) return [];
  const heads = await lockStreams(client, turns);
  const stored = await loadEvents(
    client,
    turns.filter(({ triggers }) => triggers.length > 0),
  );
  const settings = await readSettings(client, [...new Set(turns.map(({ tenant }) => tenant))]);
  const appends: Append[] = [];
  const decided: Decided[] = [];
  for (const turn of turns) {
    const { tenant, ref, triggers } = turn;
    const id = streamId(turn);
    const version = heads.get(id)?.version ?? 0;
    const document = (settings.get(tenant)?.document ?? null) as SyncSettings | null;
    const { events, standing, failure } =
      triggers.length === 0
        ? { events: turn.kitEvents, standing: CLOSED, failure: undefined }
        : await decideOne(client, service, turn, stored.get(id) ?? [], { now, settings: document });
    if (events.length > 0) appends.push({ tenant, ref, expectedVersion: version, events, standing });
    decided.push({
      tenant,
      ref,
      version: version + events.length,
      triggers,
      events: events.map(({ type }) => type),
      ...(failure === undefined ? {} : { failure }),
    });
  }
  const outcomes = await appendAll(client, appends);
  if (outcomes.some(({ outcome }) => outcome === 'conflict')) throw new Error('a locked stream moved');
  return decided;
}

interface Outcome extends Pick<Append, 'events' | 'standing'> {
  readonly failure: DecisionError | undefined;
}

/**
 * What the turn appends. A rule that throws on a record is that record's fault (`poison.ts`); one that throws on a stream
 * which was only woken, by a record of another stream, by time or settings, leaves the stream as it stands.
 */
async function decideOne(
  client: Client,
  service: EntityService,
  turn: Turn,
  stored: readonly NewEvent[],
  { now, settings }: { now: string; settings: SyncSettings | null },
): Promise<Outcome> {
  const { functions } = service;
  const { tenant, ref, triggers } = turn;
  const pure = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      throw new DecisionError({ tenant, ref }, error);
    }
  };
  const begin = () => ({
    rules: functions.rulesFor(ref),
    folded: stored.reduce((state, event) => functions.evolve(state, event), functions.initial(tenant, ref)),
  });
  const events: NewEvent[] = [];
  let failure: DecisionError | undefined;
  let begun: ReturnType<typeof begin>;
  try {
    begun = pure(begin);
  } catch (error) {
    if (!isOnlyLook(error, triggers)) throw error;
    return { events, standing: CLOSED, failure: error };
  }
  let state = begun.folded;
  for (const trigger of triggers) {
    const context = {
      now,
      settings,
      related: await service.related?.(client, { tenant, ref, state, trigger, settings }),
    };
    const before = state;
    try {
      const added = pure(() => functions.decide(begun.rules, before, trigger, context));
      state = pure(() => added.reduce((to, event) => functions.evolve(to, event), before));
      events.push(...added);
    } catch (error) {
      if (!isOnlyLook(error, [trigger])) throw error;
      failure = error;
    }
  }
  return { events, standing: pure(() => functions.standing(state)), failure };
}

function isOnlyLook(error: unknown, triggers: readonly Trigger[]): error is DecisionError {
  return error instanceof DecisionError && triggers.every(({ kind }) => kind === 'redecide');
}

import type { SyncSettings } from '@qbo-sync/contracts/sync/settings';
import type { Client } from '@qbo-sync/eventstore/pool';
import { readSettings, type StoredSettings } from '@qbo-sync/eventstore/settings';
import {
  appendAll,
  loadEvents,
  lockStreams,
  streamId,
  type Append,
  type NewEvent,
  type Standing,
  type StreamKey,
} from '@qbo-sync/eventstore/streams';
import type { Trigger } from '@qbo-sync/contracts/sync/trigger';
import type { Context, EntityFunctions, EntityService, RelatedTo } from './definition';

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
  const courses = turns.map((turn) => begin(service.functions, turn, stored.get(streamId(turn)) ?? []));
  await run(client, service, courses, { now, settings });
  const appends: Append[] = [];
  const decided: Decided[] = [];
  for (const course of courses) {
    const { tenant, ref, triggers } = course.turn;
    const { events, failure } = course;
    const version = heads.get(streamId(course.turn))?.version ?? 0;
    if (events.length > 0) {
      appends.push({ tenant, ref, expectedVersion: version, events, standing: standingOf(service.functions, course) });
    }
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

/** A turn as far as it has gone: what it appends, and the stream's state after it. */
interface Course {
  readonly turn: Turn;
  /** Undefined: nothing is decided. */
  readonly rules: { readonly of: unknown } | undefined;
  readonly events: NewEvent[];
  state: unknown;
  failure: DecisionError | undefined;
}

function begin(functions: EntityFunctions, turn: Turn, stored: readonly NewEvent[]): Course {
  const { tenant, ref, triggers, kitEvents } = turn;
  const over = { turn, rules: undefined, events: kitEvents, state: undefined, failure: undefined };
  if (triggers.length === 0) return over;
  try {
    return pure(turn, () => ({
      ...{ turn, rules: { of: functions.rulesFor(ref) }, events: [], failure: undefined },
      state: stored.reduce((state, event) => functions.evolve(state, event), functions.initial(tenant, ref)),
    }));
  } catch (error) {
    if (!isOnlyLook(error, triggers)) throw error;
    return { ...over, events: [], failure: error };
  }
}

/**
 * Decides the turns by rounds: the first triggers of all streams, then the second ones. What a round needs beside the
 * streams is read for all of a company's at once.
 */
async function run(
  client: Client,
  service: EntityService,
  courses: readonly Course[],
  { now, settings }: { readonly now: string; readonly settings: ReadonlyMap<string, StoredSettings> },
): Promise<void> {
  for (let place = 0; ; place += 1) {
    const round = courses.flatMap((course) => {
      const { turn, rules, state } = course;
      const trigger = turn.triggers[place];
      if (trigger === undefined || rules === undefined) return [];
      const { tenant, ref } = turn;
      const document = (settings.get(tenant)?.document ?? null) as SyncSettings | null;
      return [{ course, rules, to: { tenant, ref, state, trigger, settings: document } }];
    });
    if (round.length === 0) return;
    const related = await relatedOf(
      client,
      service,
      round.map(({ to }) => to),
    );
    for (const { course, rules, to } of round) {
      decideOne(service.functions, course, rules.of, to.trigger, {
        ...{ now, settings: to.settings, related: related.get(to) },
      });
    }
  }
}

async function relatedOf(
  client: Client,
  service: EntityService,
  to: readonly RelatedTo[],
): Promise<ReadonlyMap<RelatedTo, unknown>> {
  const related = new Map<RelatedTo, unknown>();
  if (service.related === undefined) return related;
  for (const tenant of new Set(to.map((one) => one.tenant))) {
    const some = to.filter((one) => one.tenant === tenant);
    const found = await service.related(client, some);
    some.forEach((one, index) => related.set(one, found[index]));
  }
  return related;
}

/**
 * A rule that throws on a record is that record's fault (`poison.ts`); one that throws on a stream which was only woken, by
 * a record of another stream, by time or settings, leaves the stream as it stands.
 */
function decideOne(
  functions: EntityFunctions,
  course: Course,
  rules: unknown,
  trigger: Trigger,
  context: Context,
): void {
  const { turn, state } = course;
  try {
    const added = pure(turn, () => functions.decide(rules, state, trigger, context));
    course.state = pure(turn, () => added.reduce((to, event) => functions.evolve(to, event), state));
    course.events.push(...added);
  } catch (error) {
    if (!isOnlyLook(error, [trigger])) throw error;
    course.failure = error;
  }
}

function standingOf(functions: EntityFunctions, { turn, rules, state }: Course): Standing {
  return rules === undefined ? CLOSED : pure(turn, () => functions.standing(state));
}

function pure<T>({ tenant, ref }: StreamKey, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new DecisionError({ tenant, ref }, error);
  }
}

function isOnlyLook(error: unknown, triggers: readonly Trigger[]): error is DecisionError {
  return error instanceof DecisionError && triggers.every(({ kind }) => kind === 'redecide');
}

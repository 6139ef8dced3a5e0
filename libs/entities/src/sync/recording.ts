import type { EventInfo } from '@qbo-sync/contracts/sync/activity';
import type { Sides } from '@qbo-sync/contracts/sync/request';
import type { Answered } from '@qbo-sync/contracts/sync/trigger';
import type { AnswerPlace, StreamEvent } from './events';
import type { Context } from './rules';
import { evolve } from './evolve';
import type { State } from './stream-state';

/** The events a decision has made so far, and the state they lead to. */
export interface Recording {
  readonly events: readonly StreamEvent[];
  readonly state: State;
}

export function record(recording: Recording, ...events: readonly StreamEvent[]): Recording {
  return { events: [...recording.events, ...events], state: events.reduce(evolve, recording.state) };
}

/** What a decision is about, and what led to it. */
export interface Occasion {
  readonly covers: readonly EventInfo[];
  /** Events of an earlier stop, whose rows end with this decision; undefined when none is replaced. */
  readonly replaces?: { readonly covers: readonly EventInfo[]; readonly change: string };
  readonly change: string;
  readonly lane: 'live' | 'backlog';
  /** When what led to it happened; by default when the newest event did. */
  readonly occurredAt?: string;
  /** Set when an answer of the gateway led to it: where that answer stands. */
  readonly answer?: AnswerPlace;
  /** The answer after which the record is asked for under another form. */
  readonly again?: { readonly round: number; readonly answer: Answered };
  /** Ask even for what was asked for and answered before: somebody says QuickBooks has no such record. */
  readonly insist?: true;
  /** The record is this one of QuickBooks', which a person entered: it is linked, and nothing is written. */
  readonly link?: string;
  /** A person chose between both sides' values of this ref's record. */
  readonly chosen?: { readonly ref: string; readonly sides: Sides };
  /** Decided once more: say nothing when the outcome is the one in force. */
  readonly quiet?: true;
}

/** The rows of these events end: something newer says what the record is. */
export function replacedBy<Related>(
  occasion: { readonly covers: readonly EventInfo[]; readonly change: string },
  state: State,
  context: Context<Related>,
): StreamEvent {
  return {
    type: 'Skipped',
    data: { ...base(occasion, context), code: 'replaced' },
    personal: { reason: { code: 'replaced' }, summary: state.summary },
  };
}

export function base<Related>(
  occasion: Pick<Occasion, 'covers' | 'change'>,
  context: Context<Related>,
): { covers: readonly EventInfo[]; settingsVersion: number | null; change: string; at: string } {
  return {
    covers: occasion.covers,
    settingsVersion: context.settings?.version ?? null,
    change: occasion.change,
    at: context.now,
  };
}

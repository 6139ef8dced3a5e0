import type { TextObject } from '../exact-json';
import type { EventInfo } from './activity';
import type { AnswerOutcome } from './answer';

/**
 * What happened: a service makes it of a message, its entity decides on it; one at a time. Never on the wire: it stands here
 * because neither of the two may know the other.
 */
export type Trigger =
  | {
      readonly kind: 'changed';
      readonly event: EventInfo;
      readonly change: string;
      readonly sequence: number;
      readonly data: Readonly<Record<string, unknown>>;
      /** The event has its row in another stream that it concerns too (a refund's, its payment's). */
      readonly beside?: true;
      readonly traceparent?: string;
    }
  | {
      readonly kind: 'wanted';
      readonly commandId: string;
      readonly by: string;
      readonly at: string;
      readonly run?: string;
      /** It is done behind what happens now. */
      readonly lane?: 'backlog';
      /** A backfill takes it in though it is older than go-live; `link`: as this record of QuickBooks, which a person entered. */
      readonly backfill?: { readonly run: string; readonly link?: string };
    }
  | { readonly kind: 'answered'; readonly answer: Answered }
  | {
      readonly kind: 'listed';
      readonly books: string;
      readonly resource: string;
      readonly record: string;
      readonly at: string;
    }
  | ({ readonly kind: 'theirs' } & Theirs)
  | { readonly kind: 'redecide'; readonly why: 'settings' | 'command' | 'revisit' | 'related' }
  /** `revision`: of the row the person saw; it counts only while that row stands. */
  | { readonly kind: 'dismiss'; readonly commandId: string; readonly by: string; readonly revision?: number }
  | { readonly kind: 'restore'; readonly commandId: string; readonly by: string }
  | {
      readonly kind: 'resolve';
      readonly commandId: string;
      readonly by: string;
      /** `retry`, `link <QuickBooks id>`, `leave`, or one of the entity's own. */
      readonly choice: string;
      readonly revision?: number;
    };

/** The gateway's answer with QuickBooks' record parsed, its numbers as decimal strings. */
export interface Answered {
  readonly ref: string;
  readonly revision: number;
  readonly attempt: number;
  readonly books: string;
  readonly outcome: AnswerOutcome;
  readonly adopted?: boolean;
  readonly record?: TextObject;
  readonly quickbooksId?: string;
  readonly code?: string;
  readonly detail?: string;
  readonly holder?: string;
  readonly at: string;
}

/** A record that somebody changed in QuickBooks, numbers as decimal strings. */
export interface Theirs {
  /** The ref of ours, a part of the stream's record perhaps; or the stream's own. */
  readonly ref: string;
  readonly books: string;
  readonly resource: string;
  readonly record: TextObject;
  /** The same as QuickBooks spelt it, JSON text. */
  readonly text: string;
  /** Top-level fields of QuickBooks' record that differ from what was last known of it. */
  readonly changed: readonly string[];
  readonly gone?: 'deleted' | 'voided' | 'inactive' | 'merged';
  readonly at: string;
}

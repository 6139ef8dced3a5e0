import type { CategoryAccount, Choice, CompanyProfile, RateMapping } from './settings';
import type { ConnectionWhy } from '../connection-why';
import type { Reason } from '../reasons';
import { isInstant } from '../validation';

/** `sync.activity.v1`: what the console shows. One union by `kind` (messages.md). Rows are ordered by (revision, attempt, stage). */
export type RecordState =
  'waiting' | 'sending' | 'synced' | 'synced with warnings' | 'needs attention' | 'skipped' | 'dismissed';

/** 2–4 are said by the gateway; the others by the owning service. */
export const STAGES = { received: 0, decided: 1, waiting: 2, sending: 3, answered: 4, settled: 5 } as const;
export type Stage = (typeof STAGES)[keyof typeof STAGES];

/** The Run a Call event behind a row. */
export interface EventInfo {
  readonly id: string;
  readonly type: string;
  readonly occurredAt: string;
  readonly receivedAt: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
}

/**
 * Where one record stands. From the owning service it carries `events` and names; from the gateway only the stage.
 * A row of the console is (tenant, event id); or the ref, for a wanted record without an event; or
 * `topic/partition/offset` for a parked message, then `ref` is that text and `entity` may be absent.
 */
export interface RecordActivity {
  readonly kind: 'record';
  /** Null for a parked message whose tenant could not be read. */
  readonly tenant: string | null;
  readonly ref: string;
  readonly revision: number;
  readonly attempt: number;
  readonly stage: Stage;
  readonly at: string;
  readonly state: RecordState;
  readonly reason?: Reason;
  readonly warnings?: readonly Reason[];
  readonly waitsOn?: string;
  readonly retryAt?: string;
  readonly events?: readonly EventInfo[];
  readonly entity?: string;
  readonly number?: string;
  readonly party?: string;
  /** `created`, `sent`, `wanted`, `unreadable` … */
  readonly change?: string;
  readonly amount?: string;
  readonly currency?: string;
  readonly quickbooks?: { readonly type: string; readonly id: string };
  readonly settingsVersion?: number;
  readonly traceparent?: string;
  /** Set on a parked message: its place. */
  readonly parked?: { readonly topic: string; readonly partition: number; readonly offset: string };
}

export type CompanyCondition =
  'ok' | 'paused' | 'qbo_down' | 'rate_limit' | 'quota' | 'reconnect' | 'subscription' | 'not_connected';
export type ConnectionState =
  | 'none'
  | 'connecting'
  | 'declined'
  | 'not_admin'
  | 'taken'
  | 'other_company'
  | 'connected'
  | 'suspect'
  | 'reconnect'
  | 'expiring'
  | 'subscription';

/** From the gateway: one message for a company's condition, not one per waiting record. */
export interface CompanyActivity {
  readonly kind: 'company';
  readonly tenant: string;
  readonly at: string;
  readonly condition: CompanyCondition;
  readonly since: string;
  readonly retryAt?: string;
  readonly books: string | null;
  readonly connection: {
    readonly state: ConnectionState;
    readonly companyName?: string;
    readonly connectedAt?: string;
    readonly firstConnectedAt?: string;
    readonly endsOn?: string;
    /** What QuickBooks said of the person who connected, or of the access. */
    readonly why?: ConnectionWhy;
  };
}

/** A service reads this version of the settings from now on. */
export interface ReadActivity {
  readonly kind: 'read';
  readonly tenant: string;
  readonly at: string;
  readonly service: string;
  readonly settingsVersion: number;
}

export interface ProfileActivity {
  readonly kind: 'profile';
  readonly tenant: string;
  readonly at: string;
  readonly books: string;
  readonly profile: CompanyProfile;
}

/** Rates (from tax) and categories (from items) the console offers in settings. */
export interface ProposalActivity {
  readonly kind: 'proposal';
  readonly tenant: string;
  readonly at: string;
  readonly books: string;
  readonly rates?: readonly RateMapping[];
  readonly categories?: readonly Pick<CategoryAccount, 'categoryId' | 'name'>[];
  /** Account made by `push account:<role>`. */
  readonly account?: { readonly role: string; readonly choice: Choice };
}

/** What one stream of a dry run would have appended: the types of its events, in order. */
export interface WouldChange {
  readonly tenant: string;
  readonly ref: string;
  readonly events: readonly string[];
}

const OPERATION_STATES = ['running', 'done', 'failed'] as const;

/** An operator's command in one service; each message says the whole so far. */
interface OperationBase {
  readonly kind: 'operation';
  /** Null: of every company. */
  readonly tenant: string | null;
  readonly at: string;
  readonly commandId: string;
  readonly by: string;
  readonly service: string;
  readonly state: (typeof OPERATION_STATES)[number];
  /** Why it failed. */
  readonly why?: string;
}

/** How far a replay has come. */
export interface ReplayActivity extends OperationBase {
  readonly operation: 'replay';
  readonly dryRun: boolean;
  readonly topic: string;
  readonly from: string;
  readonly to: string;
  readonly progress: ReplayProgress;
  /** Dry runs: streams that would change, those not told before; at most 200 a message. */
  readonly wouldChange?: readonly WouldChange[];
}

export interface ReplayProgress {
  /** Offsets gone through, of so many in the range. */
  readonly read: number;
  readonly of: number;
  /** Records of the company and ids asked for. */
  readonly matched: number;
  /** Taken in for the first time. */
  readonly new: number;
  /** Seen before and absorbed. */
  readonly known: number;
  /** Set aside, not before. */
  readonly parked: number;
  /** Streams that something was appended to, once per batch. */
  readonly changed: number;
}

/** How far deciding the records of a company again has come; records named one by one are decided at once, untold. */
export interface RedecideActivity extends OperationBase {
  readonly operation: 'redecide';
  /** Absent: of all. */
  readonly entity?: string;
  readonly progress: RedecideProgress;
}

export interface RedecideProgress {
  /** Records decided, of so many when it began. */
  readonly read: number;
  readonly of: number;
  /** Those that something came of. */
  readonly changed: number;
}

export type OperationActivity = ReplayActivity | RedecideActivity;

const REPLAY_COUNTS = ['read', 'of', 'matched', 'new', 'known', 'parked', 'changed'] satisfies (keyof ReplayProgress)[];
const REDECIDE_COUNTS = ['read', 'of', 'changed'] satisfies (keyof RedecideProgress)[];

/** Whether a message is an operation's as far as it is shown: who asked for what, where it stands, how far it is. */
export function isOperation(value: object): value is OperationActivity {
  const { kind, tenant, at, operation, commandId, by, service, state, progress, ...more } = value as Record<
    string,
    unknown
  >;
  if (kind !== 'operation' || !(tenant === null || typeof tenant === 'string') || !isInstant(at)) return false;
  if (![commandId, by, service].every((text) => typeof text === 'string' && text !== '')) return false;
  if (!OPERATION_STATES.some((one) => one === state)) return false;
  if (operation === 'redecide') return areCounts(progress, REDECIDE_COUNTS);
  const { dryRun, topic, from, to, wouldChange } = more;
  return (
    operation === 'replay' &&
    areCounts(progress, REPLAY_COUNTS) &&
    typeof dryRun === 'boolean' &&
    [topic, from, to].every((text) => typeof text === 'string') &&
    (wouldChange === undefined || Array.isArray(wouldChange))
  );
}

function areCounts(progress: unknown, names: readonly string[]): boolean {
  return (
    typeof progress === 'object' &&
    progress !== null &&
    names.every((name) => Number.isInteger((progress as Record<string, unknown>)[name]))
  );
}

export type Activity =
  RecordActivity | CompanyActivity | ReadActivity | ProfileActivity | ProposalActivity | OperationActivity;

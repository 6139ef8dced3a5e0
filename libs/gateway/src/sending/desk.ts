import type { Database } from '@qbo-sync/eventstore/pool';
import type { QboRequest } from '@qbo-sync/contracts/sync/request';
import type { Courier } from './courier';
import type { BackOff } from '../decide/gate';
import type { Ledger } from './ledger';
import type { OpeningCall } from './openings';
import type { RecordVersion } from '../feed/sql-changes';
import type { AttemptRow } from '../sql/attempts';
import type { QboRecordId } from '../sql/links';
import type { Place } from '../messages';
import type { Company, Quickbooks } from '../calling/quickbooks';
import type { ClaimedRow } from '../sql/claiming';
import type { HeadRow } from '../sql/heads';
import type { RowVersion } from '../sql/pending-row';
import type { Looked, Surroundings } from './surroundings';

/** What working on one row needs: the database, QuickBooks, the clock and the limits handed in. */
export interface Desk {
  readonly db: Database;
  readonly quickbooks: Quickbooks;
  /** Carries the writes. */
  readonly courier: Courier;
  /** Stores a call before it is made. */
  readonly open: (call: OpeningCall) => Promise<AttemptRow[]>;
  /** Commits the answers. */
  readonly ledger: Ledger;
  /** A head as it stands now; undefined: there is nothing to do with it at the moment. */
  readonly claim: (head: HeadRow) => Promise<ClaimedRow | undefined>;
  /** What stands around a row. */
  readonly around: (row: Looked) => Promise<Surroundings>;
  /** The ref that a record of QuickBooks is linked to. */
  readonly holderOf: (record: QboRecordId) => Promise<string | undefined>;
  /** Whether we were told of a newer version of it. */
  readonly isToldOf: (version: RecordVersion) => Promise<boolean>;
  readonly clock: () => Date;
  /** How long after a send QuickBooks may still commit it. */
  readonly unsureWaitMs: number;
  readonly backOff: BackOff;
  /** The epoch under which this process holds the tenant's shard. */
  readonly epochOf: (tenant: string) => string;
  /** Something of this tenant was settled or said. */
  readonly onCommit: (tenant: string) => void;
  /** The same, and a row of it stands otherwise than its window shows; `again`: one is to be tried again by itself then. */
  readonly onChange: (tenant: string, again?: Date) => void;
  /** Told of each step once it is committed. */
  readonly tell: (step: Step) => void;
}

/** One committed step of a row, for logs and metrics: ids and codes, no name and no amount. */
export interface Step extends Place {
  readonly step: 'waiting' | 'sending' | 'unsure' | 'answered';
  readonly outcome?: string;
  readonly code?: string;
  readonly waitsOn?: string;
  readonly intuitTid?: string;
}

/** One revision of one ref being worked on. `place.attempt` is the attempt now made, or the next one. */
export interface Job {
  readonly company: Company;
  readonly place: Place;
  readonly request: QboRequest;
  /** What goes again stands in the backlog: its first chance is gone. */
  readonly lane: 'live' | 'backlog';
  /** Attempts used before. */
  readonly attempts: number;
  /** The row it is worked on for, where it was read. */
  readonly row?: RowVersion;
}

/** Another process holds the shard now: whatever was under way must not be committed. */
export class Fenced extends Error {
  constructor(
    readonly shard: number,
    /** The one it was begun under. */
    readonly epoch: string,
  ) {
    super(`shard ${shard} is held under another epoch than ${epoch}`);
    this.name = 'Fenced';
  }
}

/** This process ends: what it has not begun to send stays as it is, for whoever takes the shard. */
export class Stopped extends Error {
  constructor() {
    super('this process ends');
    this.name = 'Stopped';
  }
}

import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Choice, Finding } from './backfill/plan';

/** One record of a run. */
@Entity('run_record')
export class RunRecordEntity {
  @PrimaryColumn({ type: 'text', name: 'run_id' }) runId: string;
  @PrimaryColumn({ type: 'text' }) ref: string;
  /** What others depend on comes first. */
  @Column({ type: 'int' }) rank: number;
  @Column({ type: 'text' }) day: string;
  @Column({ type: 'text', nullable: true }) number: string | null;
  @Column({ type: 'text', nullable: true }) party: string | null;
  /** Decimal string. */
  @Column({ type: 'numeric', nullable: true }) amount: string | null;
  @Column({ type: 'text' }) finding: Finding;
  /** Why it would not be written. */
  @Column({ type: 'text', nullable: true }) code: string | null;
  /** What its sentence is filled with. */
  @Column({ type: 'jsonb', nullable: true }) params: Readonly<Record<string, string>> | null;
  /** QuickBooks ids of what it may be there. */
  @Column({ type: 'jsonb' }) candidates: readonly string[];
  @Column({ type: 'text', nullable: true }) choice: Choice | null;
  @Column({ type: 'timestamptz', name: 'handed_at', nullable: true }) handedAt: Date | null;
  /** How it ended; null: it has not. */
  @Column({ type: 'text', nullable: true }) ended: string | null;
  @Column({ type: 'timestamptz', name: 'ended_at', nullable: true }) endedAt: Date | null;
}

import type { Coded } from '@qbo-sync/contracts/reasons';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { BackfillPlan, BackfillResult, BackfillSpec } from './backfill/plan';

export const RUN_STATES = ['planning', 'ready', 'running', 'paused', 'done', 'cancelled', 'failed'] as const;
export type RunState = (typeof RUN_STATES)[number];
export const RUN_KINDS = ['backfill'] as const;
export type RunKind = (typeof RUN_KINDS)[number];

/** One large action as it stands. */
@Entity('run')
export class RunEntity {
  @PrimaryColumn({ type: 'text' }) id: string;
  /** Order in which they were made. */
  @Column({ type: 'bigint', insert: false, update: false }) position: string;
  @Column({ type: 'text' }) tenant: string;
  @Column({ type: 'text' }) kind: RunKind;
  @Column({ type: 'jsonb' }) spec: BackfillSpec;
  @Column({ type: 'text' }) state: RunState;
  @Column({ type: 'text' }) by: string;
  @Column({ type: 'text', nullable: true }) why: string | null;
  @Column({ type: 'timestamptz', name: 'made_at' }) madeAt: Date;
  @Column({ type: 'jsonb', nullable: true }) plan: BackfillPlan | null;
  /** Hash of the settings the plan was made under. */
  @Column({ type: 'text', name: 'planned_of', nullable: true }) plannedOf: string | null;
  /** Records that are to be taken in, once it was started. */
  @Column({ type: 'int' }) total: number;
  @Column({ type: 'timestamptz', name: 'started_at', nullable: true }) startedAt: Date | null;
  @Column({ type: 'timestamptz', name: 'ended_at', nullable: true }) endedAt: Date | null;
  @Column({ type: 'jsonb', nullable: true }) result: BackfillResult | null;
  /** Why it failed. */
  @Column({ type: 'jsonb', nullable: true }) fault: Coded | null;
  /** Something is left to be done, or to be heard of. */
  @Column({ type: 'boolean' }) working: boolean;
}

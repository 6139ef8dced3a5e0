import type { Reason } from '@qbo-sync/contracts/reasons';
import type { RecordState } from '@qbo-sync/contracts/sync/activity';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Row } from './row-order';

/** One row of the Sync log as it is read; written by log-writer.ts. */
@Entity('log_row')
export class LogRowEntity {
  @PrimaryColumn({ type: 'text' }) id: string;
  /** Order of arrival; never changes. */
  @Column({ type: 'bigint' }) position: string;
  @Column({ type: 'text', nullable: true }) tenant: string | null;
  @Column({ type: 'text' }) ref: string;
  @Column({ type: 'text', name: 'event_id', nullable: true }) eventId: string | null;
  @Column({ type: 'text', nullable: true }) entity: string | null;
  @Column({ type: 'text', name: 'record_id' }) recordId: string;
  @Column({ type: 'text', nullable: true }) number: string | null;
  @Column({ type: 'text', nullable: true }) party: string | null;
  @Column({ type: 'text' }) change: string;
  @Column({ type: 'text', nullable: true }) amount: string | null;
  @Column({ type: 'text', nullable: true }) currency: string | null;
  @Column({ type: 'timestamptz', name: 'occurred_at' }) occurredAt: Date;
  @Column({ type: 'timestamptz', name: 'received_at' }) receivedAt: Date;
  @Column({ type: 'text' }) state: RecordState;
  @Column({ type: 'jsonb', nullable: true }) reason: Reason | null;
  @Column({ type: 'jsonb' }) warnings: readonly Reason[];
  @Column({ type: 'text', name: 'waits_on', nullable: true }) waitsOn: string | null;
  @Column({ type: 'timestamptz', name: 'retry_at', nullable: true }) retryAt: Date | null;
  @Column({ type: 'int' }) revision: number;
  @Column({ type: 'int' }) attempts: number;
  @Column({ type: 'timestamptz', name: 'settled_at', nullable: true }) settledAt: Date | null;
  @Column({ type: 'jsonb', nullable: true }) quickbooks: { type: string; id: string } | null;
  @Column({ type: 'int', name: 'settings_version', nullable: true }) settingsVersion: number | null;
  @Column({ type: 'text', nullable: true }) traceparent: string | null;
  @Column({ type: 'jsonb' }) registers: Row;
}

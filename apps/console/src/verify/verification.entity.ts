import type { Coded } from '@qbo-sync/contracts/reasons';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Check } from './check';

/** The invoice a try is about, as it is shown. */
export interface VerifiedInvoice {
  readonly id: string;
  readonly number: string;
  readonly party: string | null;
  readonly total: { readonly amount: string; readonly currency: string };
  readonly quickbooksId: string | null;
}

/** What the last look came to. */
export interface VerifyResult {
  readonly invoice: VerifiedInvoice | null;
  readonly checks: readonly Check[];
  /** What keeps the invoice from QuickBooks, where none of the four checks names it. */
  readonly stopped?: Coded;
  /** QuickBooks or a service could not be asked: looked at again soon. */
  readonly trouble?: string;
}

/** One try to verify an invoice in one set of books. */
@Entity('verification')
export class VerificationEntity {
  @PrimaryColumn({ type: 'text' }) id: string;
  @Column({ type: 'bigint', insert: false, update: false }) position: string;
  @Column({ type: 'text' }) tenant: string;
  @Column({ type: 'text' }) books: string;
  @Column({ type: 'text', name: 'invoice_id' }) invoiceId: string;
  @Column({ type: 'text', name: 'asked_by' }) askedBy: string;
  @Column({ type: 'timestamptz', name: 'asked_at' }) askedAt: Date;
  /** Of the settings the last look compared with. */
  @Column({ type: 'int', name: 'settings_version' }) settingsVersion: number;
  /** Ids of the commands sent for it. */
  @Column({ type: 'jsonb' }) pushed: readonly string[];
  @Column({ type: 'int' }) round: number;
  @Column({ type: 'jsonb' }) result: VerifyResult;
  @Column({ type: 'timestamptz', name: 'looked_at', nullable: true }) lookedAt: Date | null;
  @Column({ type: 'timestamptz', name: 'passed_at', nullable: true }) passedAt: Date | null;
  @Column({ type: 'timestamptz', name: 'replaced_at', nullable: true }) replacedAt: Date | null;
}

import { Inject, Injectable } from '@nestjs/common';
import { messageKey } from '@qbo-sync/contracts/keys';
import type { SyncCommand } from '@qbo-sync/contracts/sync/command';
import { TOPICS } from '@qbo-sync/contracts/topics';
import type { Producer } from '@qbo-sync/kafka/producer';
import { SettingsStore } from '../settings/settings-store';
import { PRODUCER } from '../tokens';
import type { Expectation } from './check';
import { ExpectationReader, NotTold } from './expectation-reader';
import { FindingReader } from './finding-reader';
import { lookAtPosted, lookAtWaiting, type Looked, standingOf } from './look';
import { type RecordRow, RecordRows } from './record-rows';
import type { VerificationEntity, VerifyResult } from './verification.entity';
import { VerificationStore } from './verification-store';

/**
 * One look at a try (scenarios.md 13):
 *
 *   push {ref, run} ──▶ invoice and its payments      what was not asked for, and what waits since for Sync active
 *   under way ──▶ waiting, or the check that is about what stops it
 *   in QuickBooks ──▶ read back, compared with what the owning services expect by the settings in force
 *   all four passed ──▶ passed, for good
 *
 * Any number of looks does no harm: a command has one id per record and row, and QuickBooks is only read.
 */
@Injectable()
export class Verifier {
  constructor(
    @Inject(VerificationStore) private readonly store: VerificationStore,
    @Inject(SettingsStore) private readonly settings: SettingsStore,
    @Inject(ExpectationReader) private readonly expectations: ExpectationReader,
    @Inject(FindingReader) private readonly findings: FindingReader,
    @Inject(RecordRows) private readonly rows: RecordRows,
    @Inject(PRODUCER) private readonly producer: Producer,
  ) {}

  /** The try after a look at it; null: it has passed or was replaced. */
  async look(id: string): Promise<VerificationEntity | null> {
    const begun = await this.store.byId(id);
    if (begun === null || begun.passedAt !== null || begun.replacedAt !== null) return null;
    const { version, state } = await this.settings.load(begun.tenant);
    if (state.books !== begun.books) return null;
    const pushed = [...begun.pushed];
    const result = await this.resultOf(begun, pushed, state.profile?.undepositedAccount?.id).catch(
      (error: unknown): VerifyResult => {
        if (error instanceof NotTold) return { ...begun.result, trouble: error.code };
        throw error;
      },
    );
    const passed = result.checks.length > 0 && result.checks.every((check) => check.state === 'passed');
    const stored = await this.store.look(begun, { pushed, result, settingsVersion: version, passed });
    // Somebody else stored a look meanwhile, perhaps at an older state.
    return stored ? this.store.byId(id) : this.look(id);
  }

  private async resultOf(
    begun: VerificationEntity,
    pushed: string[],
    undepositedId: string | undefined,
  ): Promise<VerifyResult> {
    const { tenant, invoiceId } = begun;
    const expectation = await this.expectations.of(tenant, invoiceId);
    if (expectation === undefined) return begun.result;
    const { invoice, customer, payments } = expectation;
    const ref = `invoice:${invoiceId}`;
    const refs = [ref, ...payments.map((payment) => payment.ref)];
    const rows = await this.rowsOf(tenant, refs);
    await this.push(begun, refs, rows, pushed);
    const standing = standingOf(ref, invoice.quickbooksId !== null, rows);
    const looked =
      standing.is === 'posted'
        ? await this.readBack(tenant, expectation, rows, undepositedId)
        : lookAtWaiting(expectation, standing);
    return {
      invoice: {
        id: invoice.id,
        number: invoice.number,
        party: customer?.name ?? null,
        total: { amount: invoice.tax.total, currency: invoice.currency },
        quickbooksId: invoice.quickbooksId,
      },
      ...looked,
    };
  }

  private async readBack(
    tenant: string,
    expectation: Expectation,
    rows: readonly RecordRow[],
    undepositedId: string | undefined,
  ): Promise<Looked> {
    const finding = await this.findings.of(tenant, expectation, undepositedId);
    const payments = expectation.payments.map(
      ({ ref, quickbooksId }) => [ref, standingOf(ref, quickbooksId !== null, rows)] as const,
    );
    return lookAtPosted(expectation, finding, new Map(payments));
  }

  /** Rows of the refs, and of what they wait for. */
  private async rowsOf(tenant: string, refs: readonly string[]): Promise<readonly RecordRow[]> {
    const rows: RecordRow[] = [];
    for (let next = [...refs]; next.length > 0;) {
      const found = await this.rows.of(tenant, next);
      rows.push(...found);
      const known = new Set([...refs, ...rows.map(({ ref }) => ref)]);
      next = [...new Set(found.flatMap(({ waitsOn }) => waitsOn ?? []))].filter((ref) => !known.has(ref));
    }
    return rows;
  }

  private async push(
    { id, tenant, askedBy, askedAt }: VerificationEntity,
    refs: readonly string[],
    rows: readonly RecordRow[],
    pushed: string[],
  ): Promise<void> {
    const commands = refs.flatMap((ref) => {
      // What came since waits for Sync active once more.
      const waits = rows.find((row) => row.ref === ref && row.state === 'waiting' && row.reason?.code === 'not_active');
      const first = `${id}/${ref}`;
      const again = waits === undefined ? [] : [`${first}/${waits.id}/${waits.revision}`];
      const wanted = (pushed.includes(first) ? again : [first]).filter((commandId) => !pushed.includes(commandId));
      return wanted.map((commandId): SyncCommand => ({
        commandId,
        kind: 'push',
        tenant,
        by: askedBy,
        at: askedAt.toISOString(),
        ref,
        run: id,
      }));
    });
    await this.producer.send(
      commands.map((command) => ({
        topic: TOPICS.commands.name,
        key: messageKey(tenant, command.ref ?? ''),
        value: JSON.stringify(command),
      })),
    );
    pushed.push(...commands.map(({ commandId }) => commandId));
  }
}

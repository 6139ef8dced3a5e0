import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { Problem } from '../http/problem';
import { SettingsStore } from '../settings/settings-store';
import { candidatesOf } from './candidates';
import { CHECK_CODES, waiting } from './check';
import { ExpectationReader, NotTold } from './expectation-reader';
import { RecordRows } from './record-rows';
import { VerificationStore } from './verification-store';
import { Verifier } from './verifier';
import { VerifyGate } from './verify-gate';
import type { CandidatesDto, VerifyDto } from './verify.dto';

/** Of the invoices last heard of, so many are looked at for candidates, and so many are offered. */
const RECENT = 100;
const OFFERED = 20;

/** Verify as a person uses it: pick an invoice, try it, look; or go on without, with a reason. */
@Injectable()
export class VerifyDesk {
  constructor(
    @Inject(VerificationStore) private readonly store: VerificationStore,
    @Inject(SettingsStore) private readonly settings: SettingsStore,
    @Inject(ExpectationReader) private readonly expectations: ExpectationReader,
    @Inject(RecordRows) private readonly rows: RecordRows,
    @Inject(Verifier) private readonly verifier: Verifier,
    @Inject(VerifyGate) private readonly gate: VerifyGate,
  ) {}

  async show(tenant: string): Promise<VerifyDto> {
    const { books } = (await this.settings.load(tenant)).state;
    if (books === null) return { passed: false, invoice: null, checks: [] };
    const [newest, override, gate] = await Promise.all([
      this.store.newest(tenant, books),
      this.store.overrideOf(tenant, books),
      this.gate.isBackfillAllowed(tenant),
    ]);
    return {
      passed: gate.allowed && gate.by === 'passed',
      ...(override === null ? {} : { override: { ...override, at: override.at.toISOString() } }),
      invoice: newest?.result.invoice ?? null,
      checks: newest?.result.checks ?? [],
      ...(newest?.result.stopped === undefined ? {} : { stopped: newest.result.stopped }),
      ...(newest === null
        ? {}
        : { by: newest.askedBy, at: newest.askedAt.toISOString(), settingsVersion: newest.settingsVersion }),
    };
  }

  async candidates(tenant: string): Promise<CandidatesDto> {
    const recent = await this.rows.recentInvoices(tenant, RECENT);
    if (recent.length === 0) return { items: [] };
    const invoices = await told(this.expectations.invoices(tenant, recent));
    const order = new Map(recent.map((id, index) => [id, index]));
    const newestFirst = [...invoices].sort((a, b) => (order.get(a.id) ?? 0) - (order.get(b.id) ?? 0));
    return { items: candidatesOf(newestFirst).slice(0, OFFERED) };
  }

  /** Writes to the real books, whether Sync active is on or off; what comes of it is seen in `show`. */
  async start(tenant: string, invoiceId: string, by: string): Promise<VerifyDto> {
    const { version, state } = await this.settings.load(tenant);
    if (state.books === null || state.profile === null) throw new Problem('not_connected');
    const [invoice] = await told(this.expectations.invoices(tenant, [invoiceId]));
    if (invoice === undefined || invoice.voided) {
      const code = invoice === undefined ? 'invoice_unknown' : 'invoice_voided';
      throw new Problem(code, {}, [{ pointer: '/invoiceId', code, params: {} }]);
    }
    const id = randomUUID();
    await this.store.begin({
      ...{ id, tenant, books: state.books, invoiceId, askedBy: by, askedAt: new Date(), settingsVersion: version },
      result: { invoice: null, checks: CHECK_CODES.map((code) => waiting(code)) },
    });
    await this.verifier.look(id);
    return this.show(tenant);
  }

  async override(tenant: string, reason: string, by: string): Promise<VerifyDto> {
    const { books } = (await this.settings.load(tenant)).state;
    if (books === null) throw new Problem('not_connected');
    await this.store.override(tenant, books, { by, at: new Date(), reason: reason.trim() });
    return this.show(tenant);
  }
}

/** What a service that could not be asked means to the person who waits for it. */
async function told<Value>(asked: Promise<Value>): Promise<Value> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof NotTold) throw new Problem('service_unavailable');
    throw error;
  }
}

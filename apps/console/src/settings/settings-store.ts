import { Inject, Injectable } from '@nestjs/common';
import type { Client, Database } from '@qbo-sync/eventstore/pool';
import { append, loadEvents, lockStreams, streamId } from '@qbo-sync/eventstore/streams';
import { inTransaction } from '@qbo-sync/eventstore/transaction';
import { EVENT_DATABASE } from '../tokens';
import { decide, type SettingsCommand, type SettingsDecision } from './settings-decide';
import { settingsRef } from './settings-document';
import { settingsEvent } from './settings-events';
import { SettingsOutbox } from './settings-outbox';
import { evolve, NO_SETTINGS, type SettingsState } from './settings-state';

/** A company's settings at a version of their stream; version 0: nobody made the company. */
export interface VersionedSettings {
  readonly version: number;
  readonly state: SettingsState;
}

export type SettingsOutcome =
  | ({ readonly ok: true } & VersionedSettings)
  | { readonly ok: false; readonly code: 'stale' }
  | Extract<SettingsDecision, { ok: false }>;

/** Loads, decides and appends: the one way to a company's settings. */
@Injectable()
export class SettingsStore {
  constructor(
    @Inject(EVENT_DATABASE) private readonly database: Database,
    @Inject(SettingsOutbox) private readonly outbox: SettingsOutbox,
  ) {}

  /** True once the company was made. */
  async knows(tenant: string): Promise<boolean> {
    return (await this.load(tenant)).state.company !== null;
  }

  load(tenant: string): Promise<VersionedSettings> {
    return loadSettings(this.database, tenant);
  }

  /**
   * Decides one command on the settings as they stand and stores what it decides. `expectedVersion`: refused as `stale`
   * when the settings are not at that version any more.
   */
  async decide(tenant: string, command: SettingsCommand, expectedVersion?: number): Promise<SettingsOutcome> {
    const outcome = await inTransaction(this.database, (client) => decideIn(client, tenant, command, expectedVersion));
    this.outbox.wake();
    return outcome;
  }
}

async function decideIn(
  client: Client,
  tenant: string,
  command: SettingsCommand,
  expectedVersion: number | undefined,
): Promise<SettingsOutcome> {
  const key = { tenant, ref: settingsRef(tenant) };
  await lockStreams(client, [key]);
  const { version, state } = await loadSettings(client, tenant);
  if (expectedVersion !== undefined && expectedVersion !== version) return { ok: false, code: 'stale' };
  const decision = decide(state, command);
  if (!decision.ok || decision.events.length === 0) return decision.ok ? { ok: true, version, state } : decision;
  const standing = { open: false, waitsOn: null, revisitAt: null };
  const appended = await append(client, key, version, decision.events, standing);
  if (appended.outcome === 'conflict') throw new Error('a locked settings stream moved');
  return { ok: true, version: appended.version, state: decision.events.reduce(evolve, state) };
}

async function loadSettings(client: Pick<Client, 'query'>, tenant: string): Promise<VersionedSettings> {
  const key = { tenant, ref: settingsRef(tenant) };
  const events = (await loadEvents(client, [key])).get(streamId(key)) ?? [];
  return { version: events.length, state: events.map(settingsEvent).reduce(evolve, NO_SETTINGS) };
}

import { messageKey } from '@qbo-sync/contracts/keys';
import type { SyncCommand } from '@qbo-sync/contracts/sync/command';
import type { SyncSettings } from '@qbo-sync/contracts/sync/settings';
import { TOPICS } from '@qbo-sync/contracts/topics';
import type { AccountWanted, ItemsMoved, SettingsEvent, ToClassifyWanted } from './settings-events';
import { evolve, NO_SETTINGS, type SettingsState } from './settings-state';

/** The stream of a company's settings. */
export const settingsRef = (tenant: string): string => `settings:${tenant}`;

/** One message of ours on its way to Kafka. */
export interface Outgoing {
  readonly topic: string;
  readonly key: string;
  readonly value: string;
}

/** The whole of a company's settings at a version, or null while nobody made the company. */
function documentOf(tenant: string, version: number, state: SettingsState): SyncSettings | null {
  if (state.company === null) return null;
  const { name, timeZone, currency, country } = state.company;
  const { books, active, goLiveAt, profile, values } = state;
  return { tenant, version, books, active, goLiveAt, company: { name, timeZone, currency, country }, profile, values };
}

/**
 * What the event at `version` says to others: the document as it then stood, and for a wanted account the command to
 * payments. `history` is the stream from its first event on.
 */
export function toMessages(tenant: string, version: number, history: readonly SettingsEvent[]): readonly Outgoing[] {
  const event = history[version - 1];
  if (event === undefined) throw new Error(`settings stream has no event ${version}`);
  const document = documentOf(tenant, version, history.slice(0, version).reduce(evolve, NO_SETTINGS));
  return [
    ...(document === null ? [] : [{ topic: TOPICS.settings.name, key: tenant, value: JSON.stringify(document) }]),
    ...commandsOf(tenant, event),
  ];
}

function commandsOf(tenant: string, event: SettingsEvent): readonly Outgoing[] {
  switch (event.type) {
    case 'AccountWanted':
      return [push(tenant, `account:${event.data.role}`, event.data)];
    case 'ToClassifyWanted':
      return event.data.refs.map((ref) => push(tenant, ref, event.data));
    case 'ItemsMoved':
      return [redecideItems(tenant, event.data)];
    default:
      return [];
  }
}

/** With a run, because a person wants it now: it is made before Sync active too. One command id per ref. */
function push(
  tenant: string,
  ref: string,
  { commandId, by, at }: AccountWanted['data'] | ToClassifyWanted['data'],
): Outgoing {
  const command: SyncCommand = { commandId: `${commandId}/${ref}`, kind: 'push', tenant, by, at, ref, run: commandId };
  return { topic: TOPICS.commands.name, key: messageKey(tenant, ref), value: JSON.stringify(command) };
}

function redecideItems(tenant: string, { commandId, at }: ItemsMoved['data']): Outgoing {
  const command: SyncCommand = { commandId, kind: 'redecide', tenant, by: 'console', at, entity: 'item', closed: true };
  return { topic: TOPICS.commands.name, key: messageKey(tenant, 'item'), value: JSON.stringify(command) };
}

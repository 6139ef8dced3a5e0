import type { RequestKind } from '@qbo-sync/contracts/sync/request';
import type { Reason } from '@qbo-sync/contracts/reasons';
import type { SettingKey } from '@qbo-sync/contracts/sync/settings';
import { isHold, type Mapped, type MappedRecord, type MappingContext } from '@qbo-sync/mapping/document';
import type { Context, Plan, Push } from './rules';

/** What mappings look at; undefined while the company's profile has not been read. */
export function mappingContext({ settings }: Pick<Context, 'settings'>): MappingContext | undefined {
  return settings === null || !settings.profile
    ? undefined
    : { company: settings.company, profile: settings.profile, values: settings.values };
}

/** Nothing can be mapped yet: the company's profile is still being read. */
export const NOT_READY: Plan = { do: 'wait', reason: { code: 'not_active' } };

export function pushOf(ref: string, kind: RequestKind, mapped: MappedRecord): Push {
  const { resource, how, body, find, after, expect } = mapped;
  return {
    ref,
    kind,
    resource,
    how,
    body,
    ...(find === undefined ? {} : { find }),
    ...(after === undefined ? {} : { after }),
    ...(mapped.if === undefined ? {} : { if: mapped.if }),
    expect,
  };
}

/** One request for what was mapped, or its hold. */
export function planFor(ref: string, kind: RequestKind, mapped: Mapped, warnings: readonly Reason[] = []): Plan {
  return isHold(mapped)
    ? { do: 'hold', reason: mapped.hold }
    : { do: 'push', pushes: [pushOf(ref, kind, mapped)], warnings: [...mapped.warnings, ...warnings] };
}

/** What a switched-off sync does: what a document needs waits for the switch, the rest is skipped. */
export function switchedOff(setting: SettingKey, wanted: boolean): Plan {
  return { do: wanted ? 'wait' : 'skip', reason: { code: 'setting_off', params: { setting } } };
}

/** A ref that names nothing we make: an unknown role, a percentage that is none. */
export const UNKNOWN_KIND: Plan = { do: 'hold', reason: { code: 'unreadable' } };

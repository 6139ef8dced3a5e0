import { TO_CLASSIFY_AGENCY, toClassifyCodeRef } from '@qbo-sync/contracts/refs';
import type { Choice, RateMapping, ToClassifyId } from '@qbo-sync/contracts/sync/settings';
import { sameJson as same } from '../same-json';
import type { ToClassifyMade, ToClassifyWanted } from './settings-events';
import type { SettingsState } from './settings-state';

/** Stands in `tax.defaultCode` for the whole family: a code per percentage. */
export const TO_CLASSIFY: Choice & { readonly id: ToClassifyId } = { id: 'to_classify', name: 'To classify' };

/**
 * The family "To classify" in a company's books (postings.md §7).
 *
 *   a click ─▶ wanted: what is not made yet is pushed ─answers─▶ made ─▶ once QuickBooks took the agency and a code (none
 *   is needed while every rate is mapped): the default, unless a person chose another since the click
 */
export interface ToClassify {
  /** Refs QuickBooks has. */
  readonly made: readonly string[];
  /** The click that waits for its first code; `from`: the default at that time. */
  readonly click: { readonly by: string; readonly from: Choice | null; readonly refs: readonly string[] } | null;
}

export const NO_FAMILY: ToClassify = { made: [], click: null };

/** True once the family may be the default in these books. */
export function isFamilyMade({ toClassify }: SettingsState): boolean {
  return toClassify.made.includes(TO_CLASSIFY_AGENCY);
}

/** The agency, and a code for each percentage whose rate is in use and has none. */
export function familyRefs(rates: readonly RateMapping[]): readonly string[] {
  const unmapped = rates.filter(({ state, retired }) => state !== 'confirmed' && retired !== true);
  return [TO_CLASSIFY_AGENCY, ...new Set(unmapped.map(({ percentage }) => toClassifyCodeRef(percentage)))];
}

/** A click: what is not made yet is wanted, also what QuickBooks refused before. Undefined: there is nothing to do. */
export function wantFamily(
  state: SettingsState,
  { at, by, commandId }: { readonly at: string; readonly by: string; readonly commandId: string },
): ToClassifyWanted | undefined {
  const refs = familyRefs(state.values['tax.rates']).filter((ref) => !state.toClassify.made.includes(ref));
  const isDefault = state.values['tax.defaultCode']?.id === TO_CLASSIFY.id;
  if (refs.length === 0 && isDefault) return undefined;
  return { type: 'ToClassifyWanted', data: { at, by, commandId, refs } };
}

/** The state after a click. */
export function afterWanted(state: SettingsState, { by, at, refs }: ToClassifyWanted['data']): SettingsState {
  const click = { by, from: state.values['tax.defaultCode'], refs };
  return usedWhenReady({ ...state, toClassify: { ...state.toClassify, click } }, at);
}

/** The state once QuickBooks has one more record of the family. */
export function afterMade(state: SettingsState, { books, ref, at }: ToClassifyMade['data']): SettingsState {
  if (books !== state.books) return state;
  const { made, click } = state.toClassify;
  return usedWhenReady({ ...state, toClassify: { made: [...made, ref], click } }, at);
}

function usedWhenReady(state: SettingsState, at: string): SettingsState {
  const { made, click } = state.toClassify;
  if (click === null) return state;
  const codes = click.refs.filter((ref) => ref !== TO_CLASSIFY_AGENCY);
  const ready = made.includes(TO_CLASSIFY_AGENCY) && (codes.length === 0 || codes.some((ref) => made.includes(ref)));
  if (!ready) return state;
  const settled = { ...state, toClassify: { made, click: null } };
  const from = state.values['tax.defaultCode'];
  if (!same(from, click.from) || from?.id === TO_CLASSIFY.id) return settled;
  return {
    ...settled,
    values: { ...state.values, 'tax.defaultCode': TO_CLASSIFY },
    changed: { ...state.changed, 'tax.defaultCode': { by: click.by, at, from } },
  };
}

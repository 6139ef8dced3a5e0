import { choicesOf, isOf, type OfferedChoice } from '@qbo-sync/contracts/choices';
import { ownerOf } from '@qbo-sync/contracts/refs';
import { Problem } from '../http/problem';
import type { LogRowEntity } from './log-row.entity';

/** What a person may choose for a row as it stands; a message that was set aside belongs to no record. */
export function rowChoices(row: LogRowEntity): readonly OfferedChoice[] {
  const { entity, state, change, reason, ref, registers } = row;
  if (registers.kind === 'parked' || entity === null || ownerOf(ref) === undefined) return [];
  return choicesOf({ entity, state, change, reason: reason?.code ?? null });
}

/**
 * The revision a choice is made on. Throws {@link Problem}: the row moved on since the person saw it, or it stands so that
 * nothing is chosen, or something else is.
 */
export function chosenOn(row: LogRowEntity, choice: string, seen: number | undefined): number {
  if (seen !== undefined && seen !== row.revision) {
    throw new Problem('row_moved', { seen: String(seen), now: String(row.revision) });
  }
  const offered = rowChoices(row);
  if (offered.length === 0) throw new Problem('nothing_to_choose', { state: row.state });
  if (!offered.some((each) => isOf(each, choice))) {
    const texts = offered.map(({ code, needs }) => [code, ...needs.map((need) => `<${need}>`)].join(' '));
    const params = { offered: texts.join(', ') };
    throw new Problem('choice_not_offered', params, [{ pointer: '/choice', code: 'choice_not_offered', params }]);
  }
  return row.revision;
}

import { choicesOf, fieldsIn, isOf, type OfferedChoice } from '@qbo-sync/contracts/choices';
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
  const fields = fieldsIn(choice);
  if (fields !== undefined) checkFields(row, fields);
  return row.revision;
}

/** Throws {@link Problem}: a field of the clash has no choice, or one is named that does not clash. */
function checkFields({ reason }: LogRowEntity, named: readonly string[]): void {
  const clashing = reason?.params?.['fields']?.split(', ') ?? [];
  const isEach = clashing.every((field) => named.filter((one) => one === field).length === 1);
  if (isEach && named.length === clashing.length) return;
  const params = { fields: clashing.join(', ') };
  throw new Problem('fields_differ', params, [{ pointer: '/choice', code: 'fields_differ', params }]);
}

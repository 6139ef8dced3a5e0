import { messageKey } from '@qbo-sync/contracts/keys';
import type { RecordActivity } from '@qbo-sync/contracts/sync/activity';
import { isGatewayMessage, rowKeys } from './row-key';
import {
  comparePlaces,
  later,
  mergeRows,
  placeOf,
  type Place,
  type Row,
  rowOf,
  show,
  type Shown,
  standingOf,
} from './row-order';

/** A row with what it shows. */
export interface ShownRow {
  readonly row: Row;
  readonly shown: Shown;
}

/**
 * Rows from the rows that are stored, every message kept of their refs, and nothing else: a batch of new messages is
 * merged into both first, so what a row shows never depends on the batch it came in.
 */
export function showRows(stored: readonly Row[], messages: readonly RecordActivity[]): ShownRow[] {
  const rows = new Map(stored.map((row) => [row.id, row]));
  const gateway = new Map<string, ReturnType<typeof standingOf>>();
  const settled = new Map<string, Place>();
  for (const message of messages) {
    const { tenant, ref, revision } = message;
    if (isGatewayMessage(message)) {
      const key = `${tenant}:${ref}@${revision}`;
      gateway.set(key, later(gateway.get(key), standingOf(message)) ?? standingOf(message));
    } else if (tenant !== null && (message.state === 'synced' || message.state === 'synced with warnings')) {
      const known = settled.get(messageKey(tenant, ref));
      const place = placeOf(message);
      if (known === undefined || comparePlaces(known, place) < 0) settled.set(messageKey(tenant, ref), place);
    }
    for (const key of rowKeys(message)) {
      const known = rows.get(key.id);
      const row = rowOf(key, message);
      rows.set(key.id, known === undefined ? row : mergeRows(known, row));
    }
  }
  return [...rows.values()].map((row) => {
    const ref = `${row.tenant}:${row.ref.value}`;
    const around = {
      gateway: gateway.get(`${ref}@${row.standing.place.revision}`) ?? null,
      settled: settled.get(ref) ?? null,
    };
    return { row, shown: show(row, around) };
  });
}

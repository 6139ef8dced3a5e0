import type { ExactObject } from '@qbo-sync/contracts/exact-json';
import { text } from './exact';

/** The mark an app leaves in a note, `Run a Call <id>`, by which an admin looks for duplicates. */
export function markerIn(record: ExactObject): string | undefined {
  const note = text(record['PrivateNote']);
  return note === undefined ? undefined : /Run a Call (\S+)/.exec(note)?.[1];
}

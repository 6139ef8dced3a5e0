import { Problem } from './problem';

const MOST = 200;

/** `?ids=inv_1,inv_2`, at most 200; throws a 400 that names the parameter. */
export function idsOf(text: unknown): readonly string[] {
  const ids = typeof text === 'string' ? text.split(',').filter((id) => id !== '') : [];
  if (ids.length === 0 || ids.length > MOST) {
    throw new Problem(400, 'ids_invalid', `ids must be 1 to ${MOST} ids with a comma between.`);
  }
  return ids;
}

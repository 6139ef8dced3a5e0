import { check } from '@qbo-sync/contracts/validation';
import { Problem } from './problem';

/** A query as its DTO, or the problem that names its first wrong parameter. */
export function readQuery<T extends object>(dto: new () => T, query: object): T {
  const checked = check(dto, query);
  if (checked.ok) return checked.value;
  throw new Problem('query_invalid', { parameter: checked.fault.path, message: checked.fault.message });
}

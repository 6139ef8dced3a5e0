import { check } from '@qbo-sync/contracts/validation';
import { findNul } from './nul';
import { Problem } from './problem';

/** A query as its DTO, or the problem that names its first wrong parameter; one it does not have is wrong. */
export function readQuery<T extends object>(dto: new () => T, query: object): T {
  const nul = findNul(query);
  if (nul !== undefined) throw wrong(nul.split('/')[1] ?? '', 'must hold no NUL character');
  const checked = check(dto, query, { onlyKnown: true });
  if (checked.ok) return checked.value;
  throw wrong(checked.fault.path, checked.fault.message);
}

const wrong = (parameter: string, message: string): Problem => new Problem('query_invalid', { parameter, message });

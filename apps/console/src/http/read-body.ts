import { check } from '@qbo-sync/contracts/validation';
import { Problem } from './problem';

/** A body as its DTO, or the problem that points at its first fault. */
export function readBody<T extends object>(dto: new () => T, body: unknown): T {
  const checked = check(dto, body);
  if (checked.ok) return checked.value;
  const { path, code, message } = checked.fault;
  const pointer = path === '' ? '' : `/${path.replaceAll('.', '/')}`;
  throw new Problem('body_invalid', {}, [{ pointer, code, params: { message } }]);
}

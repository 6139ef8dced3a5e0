import { check } from '@qbo-sync/contracts/validation';
import { findNul } from './nul';
import { Problem } from './problem';

/**
 * A body as its DTO, or the problem that points at its first fault. A field it does not have is one: a misspelt switch that is not
 * heard would do what nobody asked for.
 */
export function readBody<T extends object>(dto: new () => T, body: unknown): T {
  const nul = findNul(body);
  if (nul !== undefined) throw wrong(nul, 'field_invalid', 'must hold no NUL character');
  const checked = check(dto, body, { onlyKnown: true });
  if (checked.ok) return checked.value;
  const { path, code, message } = checked.fault;
  throw wrong(path === '' ? '' : `/${path.replaceAll('.', '/')}`, code, message);
}

const wrong = (pointer: string, code: string, text: string): Problem =>
  new Problem('body_invalid', {}, [{ pointer, code, params: { message: text }, text }]);

import { AdminProblem } from '../quickbooks/admin-call';

/** The body of an admin call. */
export type Body = Readonly<Record<string, unknown>>;

export function text(body: Body, name: string): string {
  const value = body[name];
  if (typeof value !== 'string' || value === '') throw new AdminProblem(400, `${name}: a text`);
  return value;
}

export function whole(body: Body, name: string): number {
  const value = body[name];
  if (!Number.isSafeInteger(value)) throw new AdminProblem(400, `${name}: a whole number`);
  return value as number;
}

export function oneOf<Value extends string>(body: Body, name: string, values: readonly Value[]): Value {
  const found = values.find((each) => each === body[name]);
  if (found === undefined) throw new AdminProblem(400, `${name}: one of ${values.join(', ')}`);
  return found;
}

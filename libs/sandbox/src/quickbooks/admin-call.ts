import { ExactNumber, isObject, type ExactJson } from '@qbo-sync/contracts/exact-json';
import type { Company } from './company';
import type { Emulator } from './emulator';

/** The body of an admin call; numbers still by their text. */
export type AdminBody = Readonly<Record<string, unknown>>;

/** An admin call that cannot be done, with the status it is answered with. */
export class AdminProblem extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** The company a call names by key or realm id. */
export function companyIn(emulator: Emulator, body: AdminBody): Company {
  const company = typeof body['company'] === 'string' ? emulator.findCompany(body['company']) : undefined;
  if (company === undefined) throw new AdminProblem(400, 'company: the key or realm id of a company');
  return company;
}

/** The same tree with plain JavaScript numbers: settings are no money. */
export function toPlain(json: ExactJson): unknown {
  if (json instanceof ExactNumber) return Number(json.source);
  if (Array.isArray(json)) return json.map(toPlain);
  if (isObject(json)) return Object.fromEntries(Object.entries(json).map(([key, value]) => [key, toPlain(value)]));
  return json;
}

import { ExactNumber, isObject, type ExactJson, type ExactObject } from '@qbo-sync/contracts/exact-json';
import { Refusal, type FaultError } from './refusal';

/**
 * What a request body may hold, property by property. What is not named is refused with 2010, what is too long with 2050,
 * what is of the wrong JSON type with 2010 or, for a number written as text, 2080 (quickbooks.md §10).
 */
export type Kind =
  | { is: 'text'; min: number; max: number }
  | { is: 'number' }
  | { is: 'flag' }
  | { is: 'date' }
  | { is: 'ref' }
  | { is: 'choice'; of: readonly string[] }
  | { is: 'one'; of: Shape }
  | { is: 'many'; of: Shape }
  /** Owned by the server: taken in whatever its form, and left out. */
  | { is: 'ignored' };
export type Shape = Readonly<Record<string, Kind>>;

export const text = (max: number, min = 0): Kind => ({ is: 'text', min, max });
export const number: Kind = { is: 'number' };
export const flag: Kind = { is: 'flag' };
export const date: Kind = { is: 'date' };
export const ref: Kind = { is: 'ref' };
export const choice = (...of: string[]): Kind => ({ is: 'choice', of });
export const one = (of: Shape): Kind => ({ is: 'one', of });
export const many = (of: Shape): Kind => ({ is: 'many', of });
export const ignored: Kind = { is: 'ignored' };

/** What every record may carry back to the server. */
export const ENVELOPE: Shape = {
  Id: text(100),
  SyncToken: text(100),
  sparse: flag,
  domain: ignored,
  MetaData: ignored,
};

export const ADDRESS: Shape = {
  Id: ignored,
  Line1: text(500),
  Line2: text(500),
  Line3: text(500),
  Line4: text(500),
  Line5: text(500),
  City: text(255),
  CountrySubDivisionCode: text(255),
  PostalCode: text(30),
  Country: text(255),
  Lat: ignored,
  Long: ignored,
};

const REF: Shape = { value: text(100), name: ignored, type: text(100) };

/** Checks a body; answers it without nulls, empty strings and server-owned properties. Refuses with every error it found. */
export function checkShape(shape: Shape, body: ExactObject): ExactObject {
  const errors: FaultError[] = [];
  const checked = checkObject(shape, body, errors);
  if (errors.length > 0) throw new Refusal(errors);
  return checked;
}

function checkObject(shape: Shape, body: ExactObject, errors: FaultError[]): ExactObject {
  const kept: ExactObject = {};
  for (const [key, value] of Object.entries(body)) {
    const kind = Object.hasOwn(shape, key) ? shape[key] : undefined;
    if (kind === undefined) {
      errors.push({ code: '2010', detail: `Property Name:${key} is unsupported or invalid`, element: key });
      continue;
    }
    if (kind.is === 'ignored' || value === null || value === '') continue;
    const checked = checkValue(kind, key, value, errors);
    if (checked !== undefined) kept[key] = checked;
  }
  return kept;
}

function checkValue(kind: Kind, key: string, value: ExactJson, errors: FaultError[]): ExactJson | undefined {
  const wrong = (code: string, detail: string): undefined => {
    errors.push({ code, detail, element: key });
    return undefined;
  };
  const wrongType = () => wrong('2010', `Property Name:Can not deserialize value of ${key} is unsupported or invalid`);
  switch (kind.is) {
    case 'text': {
      if (typeof value !== 'string') return wrongType();
      const length = [...value].length;
      return length < kind.min || length > kind.max
        ? wrong(
            '2050',
            `String length specified does not match the supported length. Min:${kind.min} Max:${kind.max} supported. Supplied length:${length}`,
          )
        : value;
    }
    case 'number':
      if (typeof value === 'string') return wrong('2080', `Invalid number : ${key} must be a number`);
      return value instanceof ExactNumber ? value : wrongType();
    case 'flag':
      return typeof value === 'boolean' ? value : wrongType();
    case 'date':
      return typeof value === 'string' ? (checkDate(value) ?? wrong(...dateFault(key, value))) : wrongType();
    case 'choice':
      if (typeof value !== 'string') return wrongType();
      return kind.of.includes(value) ? value : wrong('2170', `Invalid Enumeration : ${value}`);
    case 'ref':
      return isObject(value) ? checkObject(REF, value, errors) : wrongType();
    case 'one':
      return isObject(value) ? checkObject(kind.of, value, errors) : wrongType();
    case 'many':
      if (!Array.isArray(value)) return wrongType();
      return value.map((entry) => (isObject(entry) ? checkObject(kind.of, entry, errors) : (wrongType() ?? {})));
    case 'ignored':
      return undefined;
  }
}

const DATE = /^(\d{4})[-/](\d{2})[-/](\d{2})$/;

/** `2026-11-20` or `2026/11/20` (quickbooks.md §9.1) → `2026-11-20`; undefined when no such day exists. */
function checkDate(value: string): string | undefined {
  const parts = DATE.exec(value);
  if (parts === null) return undefined;
  const day = `${parts[1]}-${parts[2]}-${parts[3]}`;
  const time = Date.parse(`${day}T00:00:00Z`);
  return Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== day ? undefined : day;
}

function dateFault(key: string, value: string): [string, string] {
  return DATE.test(value)
    ? ['2070', `Invalid Date : ${key}`]
    : ['2060', `Invalid Date Format : ${key}, Supplied value:${value}`];
}

import 'reflect-metadata';
import { plainToInstance } from 'class-transformer';
import { buildMessage, getMetadataStorage, validateSync, ValidateBy, type ValidationError } from 'class-validator';

/**
 * Decorators for the wire's own forms, and one function that checks a plain object against a DTO class.
 * Unknown fields are kept and ignored: Run a Call may add some at any time.
 */
const DECIMAL = /^-?\d{1,15}(\.\d{1,7})?$/;

export const isDecimalString = (value: unknown): value is string => typeof value === 'string' && DECIMAL.test(value);

/** A decimal string: `"129.50"`. A JSON number is refused, so no amount passes through a float. */
export function IsDecimalString(): PropertyDecorator {
  return ValidateBy({
    name: 'isDecimalString',
    validator: {
      validate: isDecimalString,
      defaultMessage: buildMessage((each) => `${each}$property must be a decimal string such as "129.50"`),
    },
  });
}

const DAY = /^(\d{4})-(\d{2})-(\d{2})$/;
const INSTANT = /^(\d{4}-\d{2}-\d{2})[Tt]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)$/;

/** `YYYY-MM-DD`, a day of the calendar: no 30 February. */
export function isDay(value: unknown): value is string {
  const [, year = '', month = '', day = ''] = typeof value === 'string' ? (DAY.exec(value) ?? []) : [];
  // Day 0 of the month after is the last of this one.
  return (
    Number(year) > 0 &&
    Number(month) >= 1 &&
    Number(month) <= 12 &&
    Number(day) >= 1 &&
    Number(day) <= new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate()
  );
}

/** RFC 3339 with an offset or Z, a moment that a clock can show: what a database would refuse never gets that far. */
export function isInstant(value: unknown): value is string {
  return typeof value === 'string' && isDay(INSTANT.exec(value)?.[1]);
}

/** `YYYY-MM-DD`. */
export function IsDay(): PropertyDecorator {
  return ValidateBy({
    name: 'isDay',
    validator: {
      validate: isDay,
      defaultMessage: buildMessage((each) => `${each}$property must be a day, YYYY-MM-DD`),
    },
  });
}

/** RFC 3339 with an offset or Z. */
export function IsInstant(): PropertyDecorator {
  return ValidateBy({
    name: 'isInstant',
    validator: {
      validate: isInstant,
      defaultMessage: buildMessage((each) => `${each}$property must be an RFC 3339 instant`),
    },
  });
}

const TO_THE_MINUTE = /^([\d-]+T\d{2}:\d{2})(Z|[+-]\d{2}:\d{2})$/;

/** A day, or an instant, to the minute too. */
export function IsDayOrInstant(): PropertyDecorator {
  return ValidateBy({
    name: 'isDayOrInstant',
    validator: {
      validate: (value: unknown) =>
        isDay(value) || isInstant(typeof value === 'string' ? value.replace(TO_THE_MINUTE, '$1:00$2') : value),
      defaultMessage: buildMessage((each) => `${each}$property must be a day, YYYY-MM-DD, or an RFC 3339 instant`),
    },
  });
}

export type FaultCode = 'field_missing' | 'number_not_text' | 'field_invalid';

/** What is wrong with one field: where, which code, the sentence's text. Never the value. */
export interface FieldFault {
  readonly path: string;
  readonly code: FaultCode;
  readonly message: string;
}

export type Checked<T> = { ok: true; value: T } | { ok: false; fault: FieldFault };

/**
 * Checks a parsed JSON value against a DTO class; the first fault (by the class's order) or the typed value. `onlyKnown`: a field that
 * the class does not have is a fault too.
 */
export function check<T extends object>(
  dto: new () => T,
  value: unknown,
  { onlyKnown = false }: { readonly onlyKnown?: boolean } = {},
): Checked<T> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { ok: false, fault: { path: '', code: 'field_invalid', message: 'must be a JSON object' } };
  }
  const instance = plainToInstance(dto, value);
  const errors = validateSync(instance, {
    forbidUnknownValues: true,
    whitelist: onlyKnown,
    forbidNonWhitelisted: onlyKnown,
  });
  const first = errors[0];
  return first === undefined ? { ok: true, value: instance } : { ok: false, fault: firstFault(first, '') };
}

function firstFault(error: ValidationError, parent: string): FieldFault {
  const path = parent === '' ? error.property : `${parent}.${error.property}`;
  const child = error.children?.[0];
  if (error.constraints === undefined && child !== undefined) return firstFault(child, path);
  const [constraint, message] = Object.entries(error.constraints ?? {})[0] ?? ['', 'is invalid'];
  if (constraint === 'whitelistValidation') return { path, code: 'field_invalid', message: unknownField(error) };
  return { path, code: faultCode(constraint, error), message };
}

function unknownField({ property, target }: ValidationError): string {
  const metadata = getMetadataStorage().getTargetValidationMetadatas(target?.constructor ?? Object, '', true, false);
  const known = [...new Set(metadata.map(({ propertyName }) => propertyName))];
  return `${property} is not known here; there is ${known.join(', ')}`;
}

function faultCode(constraint: string, error: ValidationError): FaultCode {
  if (error.value === undefined || error.value === null) return 'field_missing';
  const decimal = constraint === 'isDecimalString' || error.constraints?.['isDecimalString'] !== undefined;
  return decimal && typeof error.value === 'number' ? 'number_not_text' : 'field_invalid';
}

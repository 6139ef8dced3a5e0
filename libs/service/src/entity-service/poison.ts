import { DecisionError } from './deciding';

/**
 * Whose fault an error is. The record's: a rule threw, or Postgres refused the record's own values (class 22: data
 * exceptions such as NUL in a text; 54000: a value too long for its index). Anything else is the surroundings': the same
 * batch comes again.
 */
export function isPoison(error: unknown): boolean {
  return error instanceof DecisionError || /^22|^54000$/.test(sqlState(error) ?? '');
}

/** A name for the parked row: the class of what was thrown, or the SQLSTATE. Never a message. */
export function poisonName(error: unknown): string {
  if (error instanceof DecisionError) return error.cause instanceof Error ? error.cause.name : 'thrown';
  return sqlState(error) ?? 'unknown';
}

function sqlState(error: unknown): string | undefined {
  const code: unknown = error instanceof Error ? (error as { code?: unknown }).code : undefined;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
}

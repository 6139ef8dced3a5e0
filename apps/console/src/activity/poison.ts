import { QueryFailedError } from 'typeorm';

/**
 * Whether trying again can never help: Postgres refuses the data itself (SQLSTATE classes 22 and 23), or our own code fails
 * on it. A lost connection, a deadlock or a time-out is none of that.
 */
export function isPoison(error: unknown): boolean {
  if (error instanceof QueryFailedError) {
    const { code } = error.driverError as { code?: unknown };
    return typeof code === 'string' && /^2[23]/.test(code);
  }
  return error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError;
}

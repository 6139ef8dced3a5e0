import type { LoggerService } from '@nestjs/common';
import { errorFields, type Log } from './log';

/**
 * Nest's own messages, at debug unless they are faults. Their texts may quote a request, so only an error's class and frames
 * and the place in Nest that spoke are kept.
 */
export function nestLog(log: Log): LoggerService {
  const fields = (message: unknown, rest: unknown[]): Record<string, unknown> => {
    const context = rest.at(-1);
    return {
      ...(typeof context === 'string' && /^\w{1,40}$/.test(context) ? { context } : {}),
      ...(message instanceof Error ? errorFields(message) : {}),
    };
  };
  return {
    log: (message: unknown, ...rest: unknown[]) => log.debug(fields(message, rest), 'nest'),
    debug: (message: unknown, ...rest: unknown[]) => log.debug(fields(message, rest), 'nest'),
    verbose: (message: unknown, ...rest: unknown[]) => log.debug(fields(message, rest), 'nest'),
    warn: (message: unknown, ...rest: unknown[]) => log.warn(fields(message, rest), 'nest warned'),
    error: (message: unknown, ...rest: unknown[]) => log.error(fields(message, rest), 'nest failed'),
    fatal: (message: unknown, ...rest: unknown[]) => log.error(fields(message, rest), 'nest failed'),
  };
}

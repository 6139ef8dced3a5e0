import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { BaseExceptionFilter } from '@nestjs/core';
import { throwError, type Observable } from 'rxjs';

/**
 * A handler's error reaches the consumer's runner as it was thrown (its class decides between again, park and stop). Nest's own
 * filter would turn it into `{ status: 'error' }`. HTTP keeps Nest's answer.
 */
@Catch()
export class RethrowFilter extends BaseExceptionFilter implements ExceptionFilter {
  override catch(error: unknown, host: ArgumentsHost): Observable<never> | void {
    if (host.getType() === 'rpc') return throwError(() => error);
    return super.catch(error, host);
  }
}

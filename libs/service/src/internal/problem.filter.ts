import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Response } from 'express';

/** Every refusal of the HTTP API leaves as problem+json. */
@Catch(HttpException)
export class ProblemFilter implements ExceptionFilter<HttpException> {
  catch(exception: HttpException, host: ArgumentsHost): void {
    const response = host.switchToHttp().getResponse<Response>();
    const status = exception.getStatus();
    const body = exception.getResponse();
    const problem =
      typeof body === 'object' && 'code' in body ? body : { type: 'about:blank', title: exception.name, status };
    response.status(status).type('application/problem+json').send(JSON.stringify(problem));
  }
}

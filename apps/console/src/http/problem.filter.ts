import { randomBytes } from 'node:crypto';
import { type ArgumentsHost, Catch, HttpException } from '@nestjs/common';
import type { BaseExceptionFilter } from '@nestjs/core';
import type { Log } from '@qbo-sync/service/log';
import { RethrowFilter } from '@qbo-sync/service/rethrow.filter';
import type { Request, Response } from 'express';
import { Problem, problemBody, PROBLEMS } from './problem';

/** Answers every refusal of the API as problem+json with a trace id. What is outside `/api` keeps Nest's answer. */
@Catch()
export class ProblemFilter extends RethrowFilter {
  constructor(
    adapter: ConstructorParameters<typeof BaseExceptionFilter>[0],
    private readonly log: Log,
  ) {
    super(adapter);
  }

  override catch(error: unknown, host: ArgumentsHost): ReturnType<RethrowFilter['catch']> {
    if (host.getType() !== 'http') return super.catch(error, host);
    const request = host.switchToHttp().getRequest<Request>();
    if (!request.path.startsWith('/api')) return super.catch(error, host);
    const problem = problemOf(error);
    const traceId = traceIdOf(request);
    if (problem.code === 'failed_here') this.log.error({ err: error, traceId }, 'request failed');
    const response = host.switchToHttp().getResponse<Response>();
    response
      .status(PROBLEMS[problem.code].status)
      .setHeader('cache-control', 'no-store')
      .type('application/problem+json')
      .send(JSON.stringify(problemBody(problem, traceId)));
  }
}

function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const status = statusOf(error);
  if (status === 404) return new Problem('not_found');
  if (status === 405) return new Problem('method_unknown');
  return new Problem(status !== undefined && status >= 400 && status < 500 ? 'body_invalid' : 'failed_here');
}

/** Nest's own refusals, and those of the body parser before it. */
function statusOf(error: unknown): number | undefined {
  if (error instanceof HttpException) return error.getStatus();
  if (error instanceof Error && 'status' in error && typeof error.status === 'number') return error.status;
  return undefined;
}

/** The caller's trace (W3C traceparent), else a new one. */
function traceIdOf(request: Request): string {
  const given = /^[0-9a-f]{2}-([0-9a-f]{32})-/.exec(request.header('traceparent') ?? '');
  return given?.[1] ?? randomBytes(16).toString('hex');
}

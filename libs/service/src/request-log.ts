import type { NextFunction, Request, Response } from 'express';
import type { Log } from './log';

/** One debug line per HTTP request. Its route's pattern and not its URL, which may hold what a person searched for. */
export function logRequests(log: Log): (request: Request, response: Response, next: NextFunction) => void {
  return (request, response, next) => {
    const from = Date.now();
    response.once('finish', () => {
      const route = (request.route as { path?: string } | undefined)?.path ?? 'none';
      log.debug({ method: request.method, route, status: response.statusCode, ms: Date.now() - from }, 'answered');
    });
    next();
  };
}

import { createHash } from 'node:crypto';
import {
  type CallHandler,
  type ExecutionContext,
  Inject,
  Injectable,
  type NestInterceptor,
  SetMetadata,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Response } from 'express';
import { from, lastValueFrom, type Observable } from 'rxjs';
import { canonical } from '../same-json';
import type { CallerRequest } from './bearer.guard';
import { IdempotentAnswers } from './idempotent-answers';
import { Problem } from './problem';

const WRITES = ['POST', 'PUT', 'PATCH', 'DELETE'];
const LONGEST_KEY = 200;

const ANSWERED_ANEW = 'answered-anew';
/** The handler is the same twice and its answer holds a secret: it is carried out again instead of being kept. */
export const AnsweredAnew = (): MethodDecorator => SetMetadata(ANSWERED_ANEW, true);

/**
 * `Idempotency-Key` on a write: the same key with the same request gets the first answer again; with another request it is
 * refused. A refused or failed request is forgotten, so that it can be mended and sent again under its key.
 */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  constructor(
    @Inject(IdempotentAnswers) private readonly answers: IdempotentAnswers,
    @Inject(Reflector) private readonly reflector: Reflector,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const request = context.switchToHttp().getRequest<CallerRequest>();
    const key = request.header('idempotency-key');
    if (key === undefined || !WRITES.includes(request.method)) return next.handle();
    const anew = this.reflector.get<boolean | undefined>(ANSWERED_ANEW, context.getHandler()) === true;
    return from(this.once(key, request, context.switchToHttp().getResponse<Response>(), next, anew));
  }

  private async once(
    key: string,
    request: CallerRequest,
    response: Response,
    next: CallHandler,
    anew: boolean,
  ): Promise<unknown> {
    if (key === '' || key.length > LONGEST_KEY) throw new Problem('body_invalid');
    const caller = request.caller.kind === 'operator' ? 'operator' : request.caller.company;
    const text = canonical([request.method, request.path, (request.body as unknown) ?? null]);
    const taken = await this.answers.take(caller, key, createHash('sha256').update(text).digest());
    switch (taken.outcome) {
      case 'other':
        throw new Problem('idempotency_key_reused');
      case 'in_use':
        throw new Problem('idempotency_key_in_use');
      case 'answered':
        if (anew) return lastValueFrom(next.handle());
        response.status(taken.status);
        if (taken.etag !== null) response.setHeader('etag', taken.etag);
        return taken.answer ?? undefined;
      case 'first':
        return this.answer(caller, key, response, next, anew);
    }
  }

  private async answer(
    caller: string,
    key: string,
    response: Response,
    next: CallHandler,
    anew: boolean,
  ): Promise<unknown> {
    try {
      const answer: unknown = await lastValueFrom(next.handle(), { defaultValue: undefined });
      const etag = response.getHeader('etag')?.toString();
      await this.answers.keep(caller, key, { status: response.statusCode, etag, answer: anew ? null : answer });
      return answer;
    } catch (error) {
      await this.answers.forget(caller, key);
      throw error;
    }
  }
}

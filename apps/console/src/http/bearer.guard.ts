import { type CanActivate, type ExecutionContext, Inject, Injectable, SetMetadata } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { CONFIG } from '@qbo-sync/service/tokens';
import type { Request } from 'express';
import type { ConsoleConfig } from '../console-config';
import { SettingsStore } from '../settings/settings-store';
import { type Caller, readToken } from './company-token';
import { findNul } from './nul';
import { Problem } from './problem';

const OPERATOR_ONLY = 'operator-only';
/** Only the operator's token opens it. */
export const OperatorOnly = (): MethodDecorator & ClassDecorator => SetMetadata(OPERATOR_ONLY, true);

/** A request whose caller is known. */
export interface CallerRequest extends Request {
  caller: Caller;
}

/**
 * Lets in the operator, and a company on its own paths. Without a token we know: 401. What belongs to another company, or
 * to none, is 404 as if it were not there.
 */
@Injectable()
export class BearerGuard implements CanActivate {
  constructor(
    @Inject(CONFIG) private readonly config: ConsoleConfig,
    @Inject(Reflector) private readonly reflector: Reflector,
    @Inject(SettingsStore) private readonly settings: SettingsStore,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<CallerRequest>();
    const token = /^Bearer (\S+)$/i.exec(request.header('authorization') ?? '')?.[1];
    const caller = token === undefined ? undefined : readToken(this.config.OPERATOR_TOKEN, token);
    if (caller === undefined) throw new Problem('unauthorized');
    request.caller = caller;
    if (findNul(request.params) !== undefined) throw new Problem('not_found');
    const operatorOnly = this.reflector.getAllAndOverride<boolean | undefined>(OPERATOR_ONLY, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (operatorOnly === true) {
      if (caller.kind !== 'operator') throw new Problem('not_found');
      return true;
    }
    const company = request.params['company'];
    if (typeof company !== 'string') throw new Problem('not_found');
    if (caller.kind === 'company' && caller.company !== company) throw new Problem('not_found');
    if (!(await this.settings.knows(company))) throw new Problem('not_found');
    return true;
  }
}

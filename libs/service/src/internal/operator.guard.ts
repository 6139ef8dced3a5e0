import { createHash, timingSafeEqual } from 'node:crypto';
import { Inject, Injectable, UnauthorizedException, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { CONFIG } from '../tokens';
import type { OperatorConfig } from './operator-config';

/** Lets in who bears the operator's token. */
@Injectable()
export class OperatorGuard implements CanActivate {
  constructor(@Inject(CONFIG) private readonly config: OperatorConfig) {}

  canActivate(context: ExecutionContext): boolean {
    const { headers } = context.switchToHttp().getRequest<{ headers: { authorization?: string } }>();
    const [scheme, token] = (headers.authorization ?? '').split(' ');
    const right = scheme?.toLowerCase() === 'bearer' && token !== undefined && same(token, this.config.OPERATOR_TOKEN);
    if (!right) throw new UnauthorizedException();
    return true;
  }
}

function same(a: string, b: string): boolean {
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(a), hash(b));
}

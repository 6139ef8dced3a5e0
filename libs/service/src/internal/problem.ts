import { HttpException } from '@nestjs/common';
import { TENANT_PATTERN } from '@qbo-sync/contracts/keys';

/** RFC 9457 problem details with our code. */
export class Problem extends HttpException {
  constructor(status: number, code: string, detail: string, more: Readonly<Record<string, string>> = {}) {
    super({ type: 'about:blank', title: code, status, code, detail, ...more }, status);
  }
}

/** The tenant of a path of ours, `/internal/companies/{tenant}/…`; throws a 404 for what is no company's id. */
export function tenantOfPath(tenant: string): string {
  if (!TENANT_PATTERN.test(tenant)) throw new Problem(404, 'tenant_unknown', 'No company of this id is known here.');
  return tenant;
}

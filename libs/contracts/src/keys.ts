/** Message keys are `{tenant}:{ref or subject}`, split at the first colon; tenant ids never hold one. */
export const TENANT_PATTERN = /^[a-z0-9-]{1,40}$/;

export function messageKey(tenant: string, ref: string): string {
  return `${tenant}:${ref}`;
}

/** Splits a key, or undefined when it has no colon or its tenant is not a tenant id. */
export function splitKey(key: string): { tenant: string; ref: string } | undefined {
  const colon = key.indexOf(':');
  if (colon < 1) return undefined;
  const tenant = key.slice(0, colon);
  const ref = key.slice(colon + 1);
  return TENANT_PATTERN.test(tenant) && ref !== '' ? { tenant, ref } : undefined;
}

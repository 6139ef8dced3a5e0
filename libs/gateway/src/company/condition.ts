import type { SyncSettings } from '@qbo-sync/contracts/sync/settings';
import { readSettings } from '@qbo-sync/eventstore/settings';
import { condition } from '../decide/gate';
import { companyActivity } from '../messages';
import type { Sql } from '../sql/client';
import { selectCompany, updateSaid } from '../sql/companies';
import { insertOutgoing } from '../sql/outgoing';

/** Whether Sync is active, as the settings last read say; null: none have arrived. */
export async function readActive(sql: Sql, tenants: readonly string[]): Promise<Map<string, boolean>> {
  const settings = await readSettings(sql, tenants);
  return new Map([...settings].map(([tenant, { document }]) => [tenant, (document as SyncSettings).active]));
}

/** Says a company's condition if it is not what was said last: one message, not one per waiting record. */
export async function sayCondition(sql: Sql, tenant: string, now: Date): Promise<void> {
  const company = await selectCompany(sql, tenant);
  if (company === undefined) return;
  const active = (await readActive(sql, [tenant])).get(tenant) ?? null;
  const is = condition({ ...company, active });
  const says = `${is}/${company.state}/${company.connectedAt?.toISOString() ?? ''}${company.refusal === null ? '' : `/${company.refusal}`}`;
  if (company.said === says) return;
  await updateSaid(sql, tenant, says);
  await insertOutgoing(sql, [companyActivity(company, is, now)]);
}

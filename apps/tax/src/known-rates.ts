import type { Client } from '@qbo-sync/eventstore/pool';

/** A company's tax rates as Run a Call last told them, by name of their stream. */
export async function knownRates(
  client: Client,
  tenant: string,
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const result = await client.query<{ body: string }>(
    `select distinct on (ref) body
       from event join payload using (tenant, ref, version)
      where tenant = $1 and ref like 'tax-rate:%' and type = 'Changed'
      order by ref, (data::json ->> 'sequence')::bigint desc, version desc`,
    [tenant],
  );
  return result.rows.map(({ body }) => (JSON.parse(body) as { data: Record<string, unknown> }).data);
}

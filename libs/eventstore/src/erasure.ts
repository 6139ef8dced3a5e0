import type { Client } from './pool';

/**
 * Erases what a stream holds of people: the payloads of its events and the keys of their hashes, in the inbox too. What
 * stays says nothing any more; a message seen before counts as a duplicate whatever it holds.
 */
export async function erasePayloads(client: Client, tenant: string, ref: string): Promise<void> {
  await client.query(`delete from payload where tenant = $1 and ref = $2`, [tenant, ref]);
  await client.query(`delete from inbox_key where tenant = $1 and ref = $2`, [tenant, ref]);
}

import type { Sql } from './client';
import { joined, joinedJson } from './joined';

/** A message to publish, stored in the transaction that caused it. */
export interface Outgoing {
  readonly topic: string;
  readonly key: string;
  readonly value: string;
}

export async function insertOutgoing(sql: Sql, messages: readonly Outgoing[]): Promise<void> {
  if (messages.length === 0) return;
  await sql.query({
    name: 'messages',
    text: `insert into unpublished_message (topic, key, value)
           select topic, key, value
             from unnest(string_to_array($1, chr(30)), string_to_array($2, chr(30)),
                         string_to_array($3, repeat(chr(30), 16)))
                  as m (topic, key, value)`,
    values: [
      joined(messages.map(({ topic }) => topic)),
      joined(messages.map(({ key }) => key)),
      joinedJson(messages.map(({ value }) => value)),
    ],
  });
}

/** The oldest messages; never by an id cursor: ids are taken before their transaction commits. */
export async function oldestOutgoing(sql: Sql, limit: number): Promise<(Outgoing & { readonly id: string })[]> {
  const { rows } = await sql.query<Outgoing & { id: string }>(
    `select id, topic, key, value from unpublished_message order by id limit $1`,
    [limit],
  );
  return rows;
}

export async function deleteOutgoing(sql: Sql, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await sql.query(`delete from unpublished_message where id = any($1::bigint[])`, [ids]);
}

import type { Client } from './pool';

/** A message that cannot be read, with its bytes, so that a version that knows it can read it again. */
export interface ParkedMessage {
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  readonly key: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly value: Buffer | null;
  /** A reason's code (contracts/reasons). */
  readonly reason: string;
  readonly tenant: string | null;
  readonly eventId: string | null;
}

export interface ParkedRow extends ParkedMessage {
  /** RFC 3339, UTC. */
  readonly parkedAt: string;
  readonly revivedAt: string | null;
}

export type ParkedPlace = Pick<ParkedMessage, 'topic' | 'partition' | 'offset'>;

/** Parks a message; one that is parked already stays as it is. True: it is new here. */
export async function park(client: Pick<Client, 'query'>, message: ParkedMessage): Promise<boolean> {
  const result = await client.query(
    `insert into parked (topic, partition, "offset", key, headers, value, reason, tenant, event_id)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict do nothing`,
    [
      message.topic,
      message.partition,
      message.offset,
      message.key,
      JSON.stringify(message.headers),
      message.value,
      message.reason,
      message.tenant,
      message.eventId,
    ],
  );
  return result.rowCount === 1;
}

/** Messages parked for this reason and not revived, of these topics, in the order of their places after `after`. */
export async function parkedFor(
  client: Pick<Client, 'query'>,
  { reason, topics, after, limit }: ParkedPage,
): Promise<ParkedRow[]> {
  const result = await client.query<Row>(
    `select * from parked
      where revived_at is null and reason = $1 and topic = any($2::text[])
        and (topic, partition, "offset") > ($3, $4, $5)
      order by topic, partition, "offset" limit $6`,
    [reason, topics, after?.topic ?? '', after?.partition ?? -1, after?.offset ?? '-1', limit],
  );
  return result.rows.map(parkedOf);
}

export interface ParkedPage {
  readonly reason: string;
  readonly topics: readonly string[];
  readonly after: ParkedPlace | undefined;
  readonly limit: number;
}

/** Takes a parked message back to be read again, once: undefined when it is not there or was revived before. */
export async function revive(client: Pick<Client, 'query'>, place: ParkedPlace): Promise<ParkedRow | undefined> {
  const result = await client.query<Row>(
    `update parked set revived_at = clock_timestamp()
      where topic = $1 and partition = $2 and "offset" = $3 and revived_at is null returning *`,
    [place.topic, place.partition, place.offset],
  );
  return result.rows[0] && parkedOf(result.rows[0]);
}

interface Row {
  topic: string;
  partition: number;
  offset: string;
  key: string | null;
  headers: string;
  value: Buffer | null;
  reason: string;
  tenant: string | null;
  event_id: string | null;
  parked_at: Date;
  revived_at: Date | null;
}

function parkedOf(row: Row): ParkedRow {
  return {
    topic: row.topic,
    partition: row.partition,
    offset: row.offset,
    key: row.key,
    headers: JSON.parse(row.headers),
    value: row.value,
    reason: row.reason,
    tenant: row.tenant,
    eventId: row.event_id,
    parkedAt: row.parked_at.toISOString(),
    revivedAt: row.revived_at === null ? null : row.revived_at.toISOString(),
  };
}

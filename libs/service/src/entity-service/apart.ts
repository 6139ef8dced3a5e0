import type { Client } from '@qbo-sync/eventstore/pool';
import { streamsWaitingOn } from '@qbo-sync/eventstore/stream-lists';
import type { StreamKey } from '@qbo-sync/eventstore/streams';
import type { Trigger } from '@qbo-sync/contracts/sync/trigger';
import { holdFollowing } from './applying';
import { Board, decideStreams, type Decided } from './deciding';
import type { EntityService } from './definition';

/** What a service's own reader of the world outside says to one of its streams: it came by no topic. */
export interface Told extends StreamKey {
  readonly trigger: Trigger;
}

/**
 * In the caller's transaction: `work` stores what was read and names the streams of one company that are told of it; they
 * are decided, and then what waits for them.
 */
export async function decideApart(
  client: Client,
  service: EntityService,
  tenant: string,
  work: (client: Client) => Promise<readonly Told[]>,
  now: string,
): Promise<readonly Decided[]> {
  await holdFollowing(client, service, [tenant]);
  const told = await work(client);
  const board = new Board();
  for (const { trigger, ...key } of told) board.trigger(key, trigger);
  const first = await decideStreams(client, service, board, now);
  const woken = new Board();
  for (const key of await streamsWaitingOn(client, tenant, [...new Set(told.map(({ ref }) => ref))])) {
    woken.trigger(key, { kind: 'redecide', why: 'related' });
  }
  return [...first, ...(await decideStreams(client, service, woken, now))];
}

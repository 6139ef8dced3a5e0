import { startOutbox, type Outbox } from '@qbo-sync/eventstore/outbox';
import type { Database } from '@qbo-sync/eventstore/pool';
import { deleteOutgoing, oldestOutgoing, type Outgoing } from './sql/outgoing';

/** Publishes what the gateway has said, oldest first. */
export function startGatewayOutbox(
  pool: Database,
  publish: (messages: readonly Outgoing[]) => Promise<void>,
  onError: (error: unknown) => void,
): Outbox {
  return startOutbox({ pool, name: 'qbo-gateway', read: oldestOutgoing, remove: deleteOutgoing, publish, onError });
}

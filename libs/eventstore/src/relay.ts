import { startOutbox } from './outbox';
import type { Outbox, OutboxOptions } from './outbox';
import type { StoredEvent } from './streams';
import { deleteUnpublished, oldestUnpublished } from './unpublished';

export interface RelayOptions<Message> extends Omit<OutboxOptions<Message>, 'read' | 'remove'> {
  /** Pure: every outgoing message is derived from the stored event. */
  readonly toMessages: (event: StoredEvent) => readonly Message[];
}

/** Publishes the events of an event store: the oldest unpublished are turned into messages, sent, and their rows deleted. */
export function startRelay<Message>({ toMessages, ...options }: RelayOptions<Message>): Outbox {
  return startOutbox({
    ...options,
    read: async (client, limit) =>
      (await oldestUnpublished(client, limit)).map(({ id, event }) => ({ id, messages: toMessages(event) })),
    remove: deleteUnpublished,
  });
}

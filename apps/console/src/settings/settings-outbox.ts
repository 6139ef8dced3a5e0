import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { type Outbox, type OutboxRow, startOutbox } from '@qbo-sync/eventstore/outbox';
import type { Client, Database } from '@qbo-sync/eventstore/pool';
import { loadEvents, streamId } from '@qbo-sync/eventstore/streams';
import { deleteUnpublished, oldestUnpublished } from '@qbo-sync/eventstore/unpublished';
import type { Producer } from '@qbo-sync/kafka/producer';
import { Health } from '@qbo-sync/service/health';
import type { Log } from '@qbo-sync/service/log';
import { LOG } from '@qbo-sync/service/tokens';
import { EVENT_DATABASE, PRODUCER } from '../tokens';
import { type Outgoing, toMessages } from './settings-document';
import { settingsEvent } from './settings-events';

/** Publishes every settings event: the document as it stood then, and commands to other services. */
@Injectable()
export class SettingsOutbox implements OnApplicationBootstrap, OnApplicationShutdown {
  private outbox: Outbox | undefined;

  constructor(
    @Inject(EVENT_DATABASE) private readonly database: Database,
    @Inject(PRODUCER) private readonly producer: Producer,
    @Inject(LOG) private readonly log: Log,
    @Inject(Health) health: Health,
  ) {
    health.add('relay', () => ({ ok: this.outbox?.status().failures === 0 }));
  }

  onApplicationBootstrap(): void {
    this.outbox = startOutbox<Outgoing>({
      pool: this.database,
      name: 'console',
      read: readUnpublished,
      remove: deleteUnpublished,
      publish: (messages) => this.producer.send(messages),
      onError: (error) => this.log.warn({ err: error }, 'relay failed'),
    });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.outbox?.stop();
    await this.producer.close();
    await this.database.end();
  }

  /** Something was appended. */
  wake(): void {
    this.outbox?.wake();
  }
}

/** A document is the fold of its stream up to the event, so the streams are read whole; they are short. */
async function readUnpublished(client: Client, limit: number): Promise<OutboxRow<Outgoing>[]> {
  const rows = await oldestUnpublished(client, limit);
  const streams = await loadEvents(client, [
    ...new Map(rows.map(({ event }) => [streamId(event), { tenant: event.tenant, ref: event.ref }])).values(),
  ]);
  return rows.map(({ id, event }) => {
    const history = (streams.get(streamId(event)) ?? []).map(settingsEvent);
    return { id, messages: toMessages(event.tenant, event.version, history) };
  });
}

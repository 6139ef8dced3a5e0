import { Server, type CustomTransportStrategy } from '@nestjs/microservices';
import type { Batch, BatchOutcome } from '@qbo-sync/kafka/message';
import { isObservable, lastValueFrom } from 'rxjs';

/** What the transport drives: a consumer over these topics, started with a handler. */
export type StartConsumer = (
  topics: readonly string[],
  handle: (batch: Batch) => Promise<BatchOutcome>,
) => Promise<{ stop(): Promise<void> }>;

/**
 * Nest's way to the Kafka kit's supervised runner: `@EventPattern(topic)` is given a whole batch, and what the handler
 * returns or throws is the batch's outcome. One handler per topic; a topic without one, or a handler without its topic,
 * is an error at start.
 */
export class BatchTransport extends Server implements CustomTransportStrategy {
  override readonly propagatesEventHandlerErrors = true;
  private consumer: { stop(): Promise<void> } | undefined;

  constructor(
    private readonly topics: readonly string[],
    private readonly startConsumer: StartConsumer,
  ) {
    super();
  }

  listen(callback: (error?: unknown) => void): void {
    this.open().then(
      () => callback(),
      (error: unknown) => callback(error),
    );
  }

  async close(): Promise<void> {
    await this.consumer?.stop();
    this.consumer = undefined;
  }

  on(): never {
    throw new Error('the batch transport has no events');
  }

  unwrap<T>(): T {
    return this.consumer as T;
  }

  private async open(): Promise<void> {
    const handled = [...this.messageHandlers.keys()];
    const without = this.topics.filter((topic) => !handled.includes(topic));
    if (without.length > 0) throw new Error(`no handler for ${without.join(', ')}`);
    const strange = handled.filter((topic) => !this.topics.includes(topic));
    if (strange.length > 0) throw new Error(`nobody reads ${strange.join(', ')}`);
    const twice = handled.filter((topic) => this.messageHandlers.get(topic)?.next !== undefined);
    if (twice.length > 0) throw new Error(`two handlers for ${twice.join(', ')}`);
    this.consumer = await this.startConsumer(this.topics, (batch) => this.hand(batch));
  }

  private async hand(batch: Batch): Promise<BatchOutcome> {
    const handler = this.messageHandlers.get(batch.topic);
    if (handler === undefined) throw new Error(`no handler for ${batch.topic}`);
    const result: unknown = await handler(batch, { topic: batch.topic });
    return (isObservable(result) ? await lastValueFrom(result) : result) as BatchOutcome;
  }
}

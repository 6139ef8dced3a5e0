import type { Batch, BatchOutcome } from '@qbo-sync/kafka/message';
import { throwError } from 'rxjs';
import { BatchTransport, type StartConsumer } from './batch-transport';

const batch = { topic: 'a', partition: 0 } as Batch;

function opened(topics: string[], handlers: Record<string, () => Promise<unknown>>) {
  let hand: ((batch: Batch) => Promise<BatchOutcome>) | undefined;
  const stop = jest.fn(() => Promise.resolve());
  const startConsumer: StartConsumer = (_topics, handle) => {
    hand = handle;
    return Promise.resolve({ stop });
  };
  const transport = new BatchTransport(topics, startConsumer);
  for (const [topic, handler] of Object.entries(handlers)) transport.addHandler(topic, handler, true);
  const listening = new Promise<unknown>((resolve) => transport.listen(resolve));
  return { transport, listening, stop, hand: (one: Batch) => hand!(one) };
}

const done = () => Promise.resolve({ outcome: 'done' });

describe('the batch transport', () => {
  it('hands a whole batch to its topic’s handler and returns the outcome', async () => {
    const { listening, hand, transport, stop } = opened(['a'], { a: done });
    expect(await listening).toBeUndefined();
    expect(await hand(batch)).toEqual({ outcome: 'done' });
    await transport.close();
    expect(stop).toHaveBeenCalledTimes(1);
  });

  it('a handler’s error reaches the runner with its class, thrown or as a stream', async () => {
    class NotNow extends Error {}
    const thrown = opened(['a'], { a: () => Promise.reject(new NotNow()) });
    await thrown.listening;
    await expect(thrown.hand(batch)).rejects.toBeInstanceOf(NotNow);
    const streamed = opened(['a'], { a: () => Promise.resolve(throwError(() => new NotNow())) });
    await streamed.listening;
    await expect(streamed.hand(batch)).rejects.toBeInstanceOf(NotNow);
  });

  it('does not start with a topic nobody handles, or a handler nobody feeds', async () => {
    expect(await opened(['a', 'b'], { a: done }).listening).toMatchObject({ message: 'no handler for b' });
    expect(await opened(['a'], { a: done, c: done }).listening).toMatchObject({ message: 'nobody reads c' });
  });
});

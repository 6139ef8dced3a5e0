import type * as KafkaJs from 'kafkajs';
import { testBrokers } from '@qbo-sync/testkit/kafka';
import type * as IdlePatch from './idle-patch';

/** Timers armed by a connected client that has nothing to do, over a stretch of time. */
async function armedWhileIdle(patched: boolean): Promise<number> {
  jest.resetModules();
  if (patched) (jest.requireActual('./idle-patch') as typeof IdlePatch).patchIdlePolling();
  const { Kafka, logLevel } = jest.requireActual('kafkajs') as typeof KafkaJs;
  const admin = new Kafka({ brokers: testBrokers().split(','), logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  await admin.listTopics();
  const armed = jest.spyOn(globalThis, 'setTimeout');
  try {
    const others = await ticks(30, 10);
    return armed.mock.calls.length - others;
  } finally {
    armed.mockRestore();
    await admin.disconnect();
  }
}

/** Lets `count` timers pass, one after the other; says how many it armed itself. */
async function ticks(count: number, everyMs: number): Promise<number> {
  for (let tick = 0; tick < count; tick += 1) await new Promise((resolve) => setTimeout(resolve, everyMs));
  return count;
}

describe('the patch of kafkajs for idle clients', () => {
  it('is for the version it was written for', () => {
    expect((jest.requireActual('kafkajs/package.json') as { version: string }).version).toBe('2.2.4');
  });

  it('stops an idle client from arming a timer every millisecond', async () => {
    expect(await armedWhileIdle(false)).toBeGreaterThan(50);
    expect(await armedWhileIdle(true)).toBeLessThan(5);
  });
});

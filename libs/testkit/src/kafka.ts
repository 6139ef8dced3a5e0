import { randomUUID } from 'node:crypto';

/** The brokers the specs use: `KAFKA_BROKERS`. */
export function testBrokers(): string {
  const brokers = process.env['KAFKA_BROKERS'];
  if (brokers === undefined || brokers === '') throw new Error('Specs on Kafka need KAFKA_BROKERS');
  return brokers;
}

/** Names nobody else uses, for the topics and groups of one spec: `testNames('relay')('orders')` → `relay.1a2b3c4d.orders`. */
export function testTopics(spec: string): (name: string) => string {
  const run = randomUUID().slice(0, 8);
  return (name) => `${spec}.${run}.${name}`;
}

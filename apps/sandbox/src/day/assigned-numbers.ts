import { randomUUID } from 'node:crypto';
import { type AssignNumberCommand, RUN_A_CALL_COMMANDS } from '@qbo-sync/contracts/runacall/upsert-command';
import { TOPICS } from '@qbo-sync/contracts/topics';
import { createKafka } from '@qbo-sync/kafka/client';
import { runConsumer } from '@qbo-sync/kafka/consumer';
import { deleteGroup } from '@qbo-sync/kafka/topics';
import type { DayEvent } from '@qbo-sync/sandbox/runacall/journal';
import { until } from './stopped';
import type { World } from './world';

const WITHIN_MS = 60_000;

/** The numbers that QuickBooks gave invoices, as Run a Call hears them: `invoice.assign-number` (postings.md §6.5). */
export interface AssignedNumbers {
  /** Resolves once a company's invoices have theirs. */
  heard(tenant: string, invoiceIds: readonly string[]): Promise<void>;
  /** What Run a Call says of an invoice from then on has the number it was given. */
  obey(event: DayEvent): DayEvent;
  close(): Promise<void>;
}

export function listenForNumbers({ config }: Pick<World, 'config'>): AssignedNumbers {
  const kafka = createKafka({ brokers: config.KAFKA_BROKERS, clientId: 'run-a-call' });
  const groupId = `run-a-call.${randomUUID().slice(0, 8)}`;
  const numbers = new Map<string, string>();
  const consumer = runConsumer({
    kafka,
    groupId,
    topics: [TOPICS.runacallCommands.name],
    handle: ({ messages }) => {
      for (const { headers, value } of messages) {
        if (headers['ce_type'] !== RUN_A_CALL_COMMANDS.assignNumber || value === null) continue;
        const { id, number } = JSON.parse(value.toString('utf8')) as AssignNumberCommand;
        numbers.set(`${headers['ce_tenant'] ?? ''}:${id}`, number);
      }
      return Promise.resolve({ outcome: 'done' });
    },
  });
  return {
    async heard(tenant, invoiceIds) {
      await until(() => Promise.resolve(invoiceIds.every((id) => numbers.has(`${tenant}:${id}`)) ? true : undefined), {
        withinMs: WITHIN_MS,
        sentence: `Run a Call was not told the numbers of the invoices of ${tenant} within a minute.`,
      });
    },
    obey(event) {
      const number = event.noun === 'invoice' ? numbers.get(`${event.tenant}:${event.subject}`) : undefined;
      return number === undefined ? event : { ...event, data: { ...event.data, number } };
    },
    async close() {
      await consumer.stop();
      await deleteGroup(kafka, groupId);
    },
  };
}

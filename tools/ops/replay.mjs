// Asks the services to read a range of a topic once more, and prints what they say until all are done:
//   node tools/ops/replay.mjs --topic runacall.invoices.v1 --from 2026-11-20T06:00:00Z --to 2026-11-27T06:00:00Z \
//     --tenant demo-austin --id inv_1041 --by pat --why "restored to Monday" [--for-real]
// Without --for-real it is a dry run. Writes to no database and to no runacall.* topic: one command on sync.commands.v1.
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { TOPICS } from '@qbo-sync/contracts/topics';
import { createKafka } from '@qbo-sync/kafka/client';
import { runConsumer } from '@qbo-sync/kafka/consumer';
import { createProducer } from '@qbo-sync/kafka/producer';
import { deleteGroup, endOffsets } from '@qbo-sync/kafka/topics';

/** Nobody else begins to answer so long after the last of them began. */
const QUIET_MS = 10_000;

const { values } = parseArgs({
  options: {
    topic: { type: 'string' },
    from: { type: 'string' },
    to: { type: 'string' },
    tenant: { type: 'string' },
    id: { type: 'string', multiple: true },
    by: { type: 'string' },
    why: { type: 'string' },
    'for-real': { type: 'boolean', default: false },
  },
});
const { topic, from, to, tenant, id: ids, by, why } = values;
if (!topic || !from || !to || !by) {
  console.error('--topic, --from, --to and --by are needed; see the head of this file');
  process.exit(2);
}
if (!Object.values(TOPICS).some(({ name }) => name === topic)) {
  console.error(`there is no topic ${topic}`);
  process.exit(2);
}

const kafka = createKafka({ brokers: process.env.KAFKA_BROKERS ?? localBrokers(), clientId: 'ops.replay' });
const groupId = `ops.replay.${randomUUID().slice(0, 8)}`;
const commandId = randomUUID();
const starts = await endOffsets(kafka, TOPICS.activity.name);
const states = new Map();
let heardAt = Date.now();

const watcher = runConsumer({
  kafka,
  groupId,
  topics: [TOPICS.activity.name],
  handle: ({ partition, firstOffset, messages }) => {
    const start = starts.find((one) => one.partition === partition)?.offset ?? 0n;
    if (firstOffset < start) return Promise.resolve({ outcome: 'seek', offset: start });
    for (const { value } of messages) if (value !== null) print(JSON.parse(value.toString('utf8')));
    return Promise.resolve({ outcome: 'done' });
  },
});

const at = new Date().toISOString();
const dryRun = !values['for-real'];
const command = { commandId, kind: 'replay', tenant, by, why, at, topic, ids, from, to, dryRun };
const producer = createProducer(kafka);
await producer.send([
  { topic: TOPICS.commands.name, key: `${tenant ?? '-'}:operation:${commandId}`, value: JSON.stringify(command) },
]);
await producer.close();
console.log(`${dryRun ? 'dry run' : 'replay'} ${commandId} of ${topic}, ${from} to ${to}`);

while (Date.now() - heardAt < QUIET_MS || [...states.values()].includes('running')) {
  await new Promise((resolve) => setTimeout(resolve, 500));
}
await watcher.stop();
await deleteGroup(kafka, groupId);
if (states.size === 0) console.error('no service answered: is the one that reads this topic running?');
process.exit(states.size > 0 && [...states.values()].every((state) => state === 'done') ? 0 : 1);

function print(activity) {
  if (activity.kind !== 'operation' || activity.commandId !== commandId) return;
  const { service, state, why: reason, progress, wouldChange = [] } = activity;
  states.set(service, state);
  heardAt = Date.now();
  for (const { tenant: whose, ref, events } of wouldChange)
    console.log(`  would ${whose} ${ref}: ${events.join(', ')}`);
  const { read, of, matched, new: fresh, known, parked, changed } = progress;
  console.log(
    `${service} ${state}${reason ? ` (${reason})` : ''}: ${read}/${of} read, ${matched} matched, ` +
      `${fresh} new, ${known} known, ${parked} set aside, ${changed} changed`,
  );
}

/** The local stack's brokers. */
function localBrokers() {
  return JSON.parse(readFileSync('.local/stack.json', 'utf8')).kafkaBrokers;
}

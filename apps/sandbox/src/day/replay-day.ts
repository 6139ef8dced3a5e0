import { randomUUID } from 'node:crypto';
import type { SyncCommand } from '@qbo-sync/contracts/sync/command';
import type { Invariant } from '@qbo-sync/sandbox/books/invariants';
import type { PublishedMessage } from '@qbo-sync/sandbox/runacall/published-day';
import { TOPICS } from '@qbo-sync/contracts/topics';
import { ConsoleApi, type ReplayAnswer } from './console-api';
import { READERS, type RunACall } from './publish-day';
import { DayStopped, until } from './stopped';
import type { World } from './world';
import { countWrites } from './writes';

const WITHIN_MS = 120_000;
const TIMES = 2;

/**
 * Has every topic of Run a Call replayed twice, as an operator does (scenarios.md 5): QuickBooks is written nothing, and
 * every record that is read was known. Invariant 5 of postings.md §14.
 */
export async function replayAll(
  world: World,
  runACall: Pick<RunACall, 'send'>,
  messages: readonly PublishedMessage[],
): Promise<Invariant> {
  const before = await countWrites(world);
  const broken: string[] = [];
  let checked = 0;
  for (let time = 1; time <= TIMES; time += 1) {
    const from = messages[0]?.headers['ce_time'] ?? '';
    const asked = await askFor(runACall, { from, to: new Date().toISOString() });
    for (const [topic, commandId] of asked) {
      const { progress } = await replayed(world, topic, commandId);
      const events = new Set(messages.filter((one) => one.topic === topic).map(({ headers }) => headers['ce_id'])).size;
      checked += progress.known;
      if (progress.new > 0 || progress.known !== progress.matched || progress.known < events)
        broken.push(
          `${topic}: ${events} events; ${progress.matched} read, ${progress.known} known, ${progress.new} new`,
        );
    }
    world.progress.step(`Every topic was replayed, ${time} of ${TIMES} times`);
  }
  const after = await countWrites(world);
  const writes = before === null || after === null ? 0 : after - before;
  return {
    number: 5,
    says: 'Replaying every event twice writes nothing: every record is known',
    checked,
    broken: [...broken, ...(writes === 0 ? [] : [`QuickBooks was written ${writes} times`])],
  };
}

/** Invariant 5 where every event was published once more with its id: all were known, and QuickBooks was written nothing. */
export function publishedAgain(day: {
  readonly messages: readonly PublishedMessage[];
  /** Events whose rows were at rest before. */
  readonly known: number;
  /** Null: not counted. */
  readonly writes: number | null;
}): Invariant {
  const events = new Set(day.messages.map(({ headers }) => headers['ce_id'])).size;
  const { known, writes } = day;
  return {
    number: 5,
    says: 'Publishing every event once more writes nothing: every one is known',
    checked: known,
    broken: [
      ...(known === events ? [] : [`${events} events, ${known} known`]),
      ...(writes === null || writes === 0 ? [] : [`QuickBooks was written ${writes} times`]),
    ],
  };
}

async function askFor(
  runACall: Pick<RunACall, 'send'>,
  range: { readonly from: string; readonly to: string },
): Promise<[string, string][]> {
  const asked = Object.keys(READERS).map((topic): [string, string] => [topic, randomUUID()]);
  await runACall.send(
    asked.map(([topic, commandId]) => {
      const command: SyncCommand = {
        commandId,
        kind: 'replay',
        by: 'operator of the day',
        at: range.to,
        topic,
        ...range,
      };
      return {
        topic: TOPICS.commands.name,
        key: `-:operation:${commandId}`,
        value: JSON.stringify({ ...command, dryRun: false }),
      };
    }),
  );
  return asked;
}

/** What the topic's own service says of the replay, once it is done. */
async function replayed({ config }: World, topic: string, commandId: string): Promise<ReplayAnswer> {
  const operator = new ConsoleApi(config.CONSOLE_URL, config.OPERATOR_TOKEN);
  const answer = await until(
    async () => {
      const own = (await operator.replay(commandId)).find(({ service }) => READERS[topic] === `qbo-sync.${service}`);
      return own === undefined || own.state === 'running' ? undefined : own;
    },
    { withinMs: WITHIN_MS, sentence: `The replay of ${topic} was not done within two minutes.` },
  );
  if (answer.state !== 'done')
    throw new DayStopped(`The replay of ${topic} failed: ${answer.why ?? 'no reason given'}`);
  return answer;
}

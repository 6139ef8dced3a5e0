import { startOutbox, type Outbox, type OutboxRow } from '@qbo-sync/eventstore/outbox';
import type { Client, Database } from '@qbo-sync/eventstore/pool';
import { answeredActivity, answerMessage } from './messages';
import { deleteUnpublished, oldestUnpublished, type UnpublishedAnswer } from './sql/answers';
import { deleteOutgoing, oldestOutgoing, type Outgoing } from './sql/outgoing';

/** Rows of the two tables told apart. */
const ANSWER = 'answer:';

/** Publishes what the gateway has said, oldest first: answers by their own rows, all else as it was stored. */
export function startGatewayOutbox(
  pool: Database,
  publish: (messages: readonly Outgoing[]) => Promise<void>,
  onError: (error: unknown) => void,
  pollMs?: number,
): Outbox {
  const own = { pool, name: 'qbo-gateway', read: oldest, remove, publish, onError };
  return startOutbox(pollMs === undefined ? own : { ...own, pollMs });
}

/** Messages first: what was said of a ref on its way stands before its answer. Readers go by revision and stage. */
async function oldest(client: Client, limit: number): Promise<OutboxRow<Outgoing>[]> {
  const messages = await oldestOutgoing(client, limit);
  const answers = await oldestUnpublished(client, limit);
  return [
    ...messages.map(({ id, ...message }) => ({ id, messages: [message] })),
    ...answers.map((answer) => ({ id: `${ANSWER}${answer.id}`, messages: messagesOf(answer) })),
  ];
}

async function remove(client: Client, ids: readonly string[]): Promise<void> {
  const answers = ids.filter((id) => id.startsWith(ANSWER)).map((id) => id.slice(ANSWER.length));
  await deleteOutgoing(
    client,
    ids.filter((id) => !id.startsWith(ANSWER)),
  );
  await deleteUnpublished(client, answers);
}

/** What an answer says, made from its row. */
export function messagesOf({ id: _id, ...answer }: UnpublishedAnswer): Outgoing[] {
  const { code, record, detail, holder, adopted, intuitTid, quickbooksId, ...rest } = answer;
  const given = { code, record, detail, holder, adopted, intuitTid, quickbooksId };
  const { tenant, ref, revision, attempt } = answer;
  const told = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null && value !== undefined));
  return [
    answeredActivity({ tenant, ref, revision, attempt }, new Date(answer.at)),
    answerMessage({ ...rest, ...told }),
  ];
}

import { createRequire } from 'node:module';
import type { Client } from '@qbo-sync/eventstore/pool';
import { simulate } from './simulate';
import { planDay, type Shape } from './world/plan';
import { Random } from './world/random';

type Fn = (...args: never[]) => unknown;
/** A module's functions, replaced where it keeps them: everybody who imports them calls the altered ones. */
type Alter = (original: Fn) => Fn;

export interface Mutant {
  readonly name: string;
  /** The mechanism it breaks (reliability.md §3). */
  readonly breaks: string;
  readonly alter: Readonly<Record<string, Readonly<Record<string, Alter>>>>;
  readonly unsureWaitMs?: number;
  /** Seeds in which the mechanism has a part; others are passed over. */
  readonly wants?: (shape: Shape) => boolean;
}

const instead =
  (fn: (...args: readonly unknown[]) => unknown): Alter =>
  () =>
    fn as Fn;
const around =
  (fn: (original: (...args: readonly unknown[]) => unknown, args: readonly unknown[]) => unknown): Alter =>
  (original) =>
    ((...args: readonly unknown[]) => fn(original as unknown as (...all: readonly unknown[]) => unknown, args)) as Fn;

const nothing = instead(() => Promise.resolve());
let arrival = 0;
const cursors = new WeakMap<Client, bigint>();

/** The rows after the last one seen by this reader: what commits late is never seen. */
const byCursor = around(async (original, [client, limit]) => {
  const rows = (await original(client, limit)) as readonly { readonly id: string }[];
  const after = cursors.get(client as Client) ?? 0n;
  const fresh = rows.filter(({ id }) => BigInt(id) > after);
  const last = fresh[fresh.length - 1];
  if (last !== undefined) cursors.set(client as Client, BigInt(last.id));
  return fresh;
});

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'the consumer’s position is trusted over the offset row',
    breaks: 'A',
    alter: {
      '@qbo-sync/eventstore/offsets': {
        placeBatch: instead((batch) => ({ place: 'take', from: (batch as { first: bigint }).first })),
      },
    },
  },
  {
    name: 'a quiet partition is never looked at',
    breaks: 'A',
    alter: { '@qbo-sync/eventstore/offsets': { placeQuiet: instead(() => ({ place: 'stay' })) } },
  },
  {
    name: 'the inbox admits everything',
    breaks: 'A',
    alter: {
      '@qbo-sync/eventstore/inbox': {
        admit: instead((_client, entries) => Promise.resolve((entries as unknown[]).map(() => ({ outcome: 'new' })))),
      },
    },
  },
  {
    name: 'events are published by an id cursor',
    breaks: 'A',
    alter: { '@qbo-sync/eventstore/unpublished': { oldestUnpublished: byCursor } },
  },
  {
    name: 'a publish that failed counts as made',
    breaks: 'A',
    alter: {
      '@qbo-sync/eventstore/outbox': {
        startOutbox: around((original, [options]) => {
          const { publish, ...rest } = options as { publish: (messages: unknown) => Promise<void> };
          return original({ ...rest, publish: (messages: unknown) => publish(messages).catch(() => undefined) });
        }),
      },
    },
  },
  {
    name: 'what cannot be read is swallowed',
    breaks: 'H',
    alter: {
      '@qbo-sync/service/entity-service/work': {
        readWork: around((original, args) => {
          const work = original(...args) as { do: string };
          return work.do === 'park' ? { do: 'nothing' } : work;
        }),
      },
    },
  },
  {
    name: 'the last to arrive counts, not the highest sequence',
    breaks: 'B',
    alter: {
      '@qbo-sync/service/entity-service/work': {
        readWork: around((original, args) => {
          const work = original(...args) as { do: string; trigger?: { kind: string } };
          if (work.do !== 'decide' || work.trigger?.kind !== 'changed') return work;
          return { ...work, trigger: { ...work.trigger, sequence: (arrival += 1) } };
        }),
      },
    },
  },
  {
    name: 'money passes through a float',
    breaks: 'F62',
    alter: {
      '@qbo-sync/money/print': {
        amountNumber: around((original, [amount, ...rest]) => {
          const decimal = amount as { toNumber(): number; constructor: new (value: number) => unknown };
          return original(new decimal.constructor(Math.floor(decimal.toNumber() * 100) / 100), ...rest);
        }),
      },
    },
  },
  {
    name: 'a resend gets another requestid',
    breaks: 'B',
    alter: {
      '@qbo-sync/gateway/sending/settling': {
        reopenAttempts: around(async (original, args) =>
          ((await original(...args)) as object[]).map((attempt) => ({ ...attempt, requestid: `r${(arrival += 1)}` })),
        ),
      },
    },
  },
  {
    name: 'a create of unknown outcome is sent again without a look',
    breaks: 'D',
    alter: { '@qbo-sync/gateway/decide/unsure': { firstStep: instead(() => ({ do: 'resend' })) } },
  },
  {
    name: 'not found once is taken for not made',
    breaks: 'D',
    alter: { '@qbo-sync/gateway/decide/unsure': { afterLook: instead(() => ({ do: 'resend' })) } },
  },
  { name: '60 s are waited instead of 125 s', breaks: 'D', alter: {}, unsureWaitMs: 60_000 },
  {
    name: 'open attempts are forgotten at a restart',
    breaks: 'C',
    alter: {
      '@qbo-sync/gateway/sql/attempts': {
        insertAttempts: around(async (original, args) => {
          const rows = (await original(...args)) as readonly { id: string }[];
          const [client] = args as readonly [Client];
          await client.query(`update attempt set closed_at = clock_timestamp() where id = any($1::bigint[])`, [
            rows.map(({ id }) => id),
          ]);
          return rows;
        }),
      },
    },
  },
  {
    name: 'a stale SyncToken is a refusal',
    breaks: 'F38',
    alter: {
      '@qbo-sync/gateway/decide/settle': {
        afterFault: around((original, args) => {
          const then = original(...args);
          return then === 'merge' ? 'refused' : then;
        }),
      },
    },
  },
  {
    name: 'nobody is woken when a parent is there',
    breaks: 'E',
    alter: { '@qbo-sync/gateway/sql/waiting': { wakeWaiters: nothing, wakeForgotten: nothing } },
  },
  {
    name: 'an answer settles revisions beyond its own',
    breaks: 'E',
    alter: {
      '@qbo-sync/gateway/sql/pending': {
        deletePending: around((original, [client, settled]) =>
          original(
            client,
            (settled as object[]).map((one) => ({ ...one, revision: 1_000_000 })),
          ),
        ),
      },
    },
  },
  {
    name: 'what is under way is started as it was read',
    breaks: 'E',
    alter: {
      '@qbo-sync/gateway/scheduling/realms': {
        readWindows: around((original, [sql, anew, on, now]) => original(sql, anew, on, now, () => 30)),
      },
    },
  },
  {
    name: 'a commit asks for no epoch (no fence)',
    wants: ({ gateways }) => gateways.length > 1,
    breaks: 'E',
    alter: {
      '@qbo-sync/gateway/sql/shards': {
        selectHeldEpochs: instead((_client, held) =>
          Promise.resolve(new Set((held as readonly { readonly shard: number }[]).map(({ shard }) => shard))),
        ),
      },
    },
  },
  {
    name: 'a lease is relied on for ever by our own clock',
    wants: ({ gateways }) => gateways.length > 1,
    breaks: 'E',
    alter: { '@qbo-sync/gateway/decide/share': { outlasts: instead(() => true) } },
  },
  {
    name: 'a partition nobody has read is begun at its end (latest)',
    breaks: 'A',
    alter: {
      '@qbo-sync/eventstore/offsets': {
        placeBatch: around((original, [batch]) => {
          const { stored, first } = batch as { readonly stored: bigint | null; readonly first: bigint };
          return stored === null ? { place: 'take', from: first } : original(batch);
        }),
        placeQuiet: around((original, [partition]) =>
          (partition as { readonly stored: bigint | null }).stored === null ? { place: 'stay' } : original(partition),
        ),
      },
    },
  },
  {
    name: 'the inbox goes by offset, not by the event’s id',
    breaks: 'A',
    alter: {
      '@qbo-sync/service/entity-service/work': {
        readWork: around((original, args) => {
          const work = original(...args) as { readonly once?: object };
          const { topic, partition, offset } = args[1] as { topic: string; partition: number; offset: string };
          if (work.once === undefined) return work;
          return { ...work, once: { ...work.once, eventId: `${topic}/${partition}/${offset}` } };
        }),
      },
    },
  },
  {
    name: 'calls are counted from the request, not from the answer',
    wants: ({ perMinute }) => perMinute < 100,
    breaks: 'F',
    alter: {
      '@qbo-sync/qbo/limiter': {
        ended: around((original, [use, kind, limits, nowMs]) => original(use, kind, limits, Number(nowMs) - 300)),
      },
    },
  },
  {
    name: 'five seconds of silence after a 429',
    breaks: 'F',
    alter: { '@qbo-sync/gateway/decide/throttle': { restMs: instead(() => 5_000) } },
  },
  {
    name: 'a delivery of webhooks is all its first company’s',
    wants: ({ feed, tenants }) => feed && tenants.length > 1,
    breaks: 'F75',
    alter: {
      '@qbo-sync/gateway/feed/delivery': {
        readDelivery: around((original, [text]) => {
          const notices = original(text) as readonly { readonly realmId: string }[];
          return notices.map((notice) => ({ ...notice, realmId: notices[0]?.realmId }));
        }),
      },
    },
  },
  {
    name: 'our own writes come back as somebody’s changes',
    wants: ({ feed }) => feed,
    breaks: 'F71',
    alter: {
      '@qbo-sync/gateway/feed/change': {
        decideChange: around((original, [record, known]) => {
          const decision = original(record, known) as { readonly do: string };
          const { link } = known as {
            readonly link: { readonly syncToken: string; readonly shown: object } | undefined;
          };
          if (decision.do !== 'drop' || link === undefined) return decision;
          return { do: 'publish', changed: ['DisplayName'], token: link.syncToken, shown: link.shown };
        }),
      },
    },
  },
  {
    name: 'the first invalid_grant ends the connection',
    breaks: 'I',
    alter: { '@qbo-sync/gateway/decide/grant': { afterInvalidGrant: instead(() => ({ is: 'over' })) } },
  },
  {
    name: 'each process refreshes for itself',
    wants: ({ feed, gateways }) => feed && gateways.length > 1,
    breaks: 'I',
    alter: { '@qbo-sync/gateway/sql/locks': { lockRefresh: nothing, unlockRefresh: nothing } },
  },
  {
    name: 'a refreshed pair is used but not stored',
    breaks: 'I',
    alter: { '@qbo-sync/gateway/sql/company-tokens': { updateTokens: nothing } },
  },
];

/** Puts a mutant in place; calling what is returned takes it out again. */
function plant({ alter }: Mutant): () => void {
  const load = createRequire(__filename);
  const undo: (() => void)[] = [];
  for (const [path, functions] of Object.entries(alter)) {
    const module = load(path) as Record<string, Fn>;
    for (const [name, altered] of Object.entries(functions)) {
      const original = module[name];
      if (original === undefined) throw new Error(`${path} has no ${name}`);
      module[name] = altered(original);
      undo.push(() => {
        module[name] = original;
      });
    }
  }
  return () => undo.forEach((each) => each());
}

/** Runs seeds until one fails that does not without the mutant. */
export async function hunt(
  mutant: Mutant,
  seeds: readonly string[],
): Promise<{ readonly caughtBy: string | undefined; readonly ran: number }> {
  const { unsureWaitMs, wants = () => true } = mutant;
  let ran = 0;
  for (const seed of seeds) {
    if (!wants(planDay(new Random(seed), 0, 60_000).shape)) continue;
    ran += 1;
    const takeOut = plant(mutant);
    const planted = await simulate(seed, unsureWaitMs === undefined ? {} : { unsureWaitMs }).finally(takeOut);
    const [failure] = planted.failures;
    if (failure === undefined) continue;
    const { failures } = await simulate(seed);
    if (failures.length === 0) return { caughtBy: `${seed}: ${failure}`, ran };
  }
  return { caughtBy: undefined, ran };
}

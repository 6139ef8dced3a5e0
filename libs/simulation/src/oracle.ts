import { booksAfter, cents, type Told, type Wanted } from './model';

/** A record in the books, as somebody who only sees the books sees it. */
export interface Shown {
  readonly tenant: string;
  readonly identity: string;
  readonly resource: string;
  readonly name: string;
  readonly total: string;
  readonly voided: boolean;
}

/** A row of the console, as the messages about it leave it. */
export interface LogRow {
  readonly tenant: string;
  readonly ref: string;
  readonly state: string;
  readonly reason: string | undefined;
}

export interface Writing {
  readonly tenant: string;
  readonly at: number;
  readonly identity: string;
  readonly requestid: string;
  readonly create: boolean;
  readonly doubtful: boolean;
  readonly stopped: boolean;
}

export interface AnswerRow {
  readonly id: number;
  readonly tenant: string;
  readonly ref: string;
  readonly revision: number;
}

/** A change made by a person, as the services were told of it: the record's field that people write into. */
export interface ToldChange {
  readonly tenant: string;
  readonly id: string;
  readonly text: string | undefined;
}

/**
 * What a person last wrote into a record. `stands`: it is still there. `taken`: it came back with an answer
 * of ours, to a look for a record whose create had no answer.
 */
export interface Edit {
  readonly tenant: string;
  readonly id: string;
  readonly text: string;
  readonly stands: boolean;
  readonly taken: boolean;
}

/** An event of a webhook: whose it is, and whose it was taken for. */
export interface Notice {
  readonly id: string;
  readonly of: string;
  readonly takenFor: string;
}

export interface Ledgers {
  readonly told: readonly Told[];
  readonly shown: readonly Shown[];
  /** By tenant and event id. */
  readonly rows: ReadonlyMap<string, LogRow>;
  readonly writes: readonly Writing[];
  readonly looks: readonly { readonly tenant: string; readonly at: number; readonly resource: string }[];
  /** How long a write of unknown outcome may still be made. */
  readonly unsureMs: number;
  /** In the order in which they were stored. */
  readonly answers: readonly AnswerRow[];
  readonly changes: readonly ToldChange[];
  readonly edits: readonly Edit[];
  readonly notices: readonly Notice[];
  /** Whether QuickBooks tells of changes. */
  readonly feed: boolean;
}

const AT_REST = new Set(['synced', 'synced with warnings', 'skipped', 'needs attention']);
/** What a person has to look at because nobody can know it (scenarios.md 3), or because QuickBooks said no. */
const MAY_BE_HELD = new Set(['unclear']);

/** What is wrong with the books after everything came to rest: nothing, or sentences. */
export function judge(ledgers: Ledgers): string[] {
  const wanted = booksAfter(ledgers.told);
  return [
    ...conservation(ledgers),
    ...wanted.flatMap((one) => record(one, ledgers)),
    ...strangers(wanted, ledgers),
    ...resends(ledgers),
    ...answersInOrder(ledgers),
    ...edited(ledgers),
    ...echoes(ledgers),
    ...misrouted(ledgers),
  ];
}

/** Every message has a row, and every row an end or a reason. */
function conservation({ told, rows }: Ledgers): string[] {
  return told.flatMap(({ tenant, id }) => {
    const row = rows.get(`${tenant} ${id}`);
    if (row === undefined) return [`${tenant} ${id}: nothing is said of it`];
    if (!AT_REST.has(row.state))
      return [`${tenant} ${id}: ${row.state}${row.reason === undefined ? '' : ` (${row.reason})`} at rest`];
    return row.state === 'needs attention' && row.reason === undefined
      ? [`${tenant} ${id}: held without a reason`]
      : [];
  });
}

function record(wanted: Wanted, { shown, rows }: Ledgers): string[] {
  const is = `${wanted.tenant} ${wanted.ref}`;
  const found = shown.filter(
    (one) => one.tenant === wanted.tenant && one.identity === wanted.identity && one.resource === wanted.resource,
  );
  if (found.length > 1) return [`${is}: ${found.length} times in the books`];
  const held = wanted.events
    .map((id) => rows.get(`${wanted.tenant} ${id}`))
    .find((row) => row?.state === 'needs attention');
  if (held !== undefined)
    return MAY_BE_HELD.has(held.reason ?? '') ? [] : [`${is}: held for ${held.reason ?? 'nothing'}`];
  const newest = rows.get(`${wanted.tenant} ${wanted.newest}`);
  if (newest?.state === 'skipped' && newest.reason !== 'unchanged')
    return [`${is}: its newest event was skipped as ${newest.reason ?? 'nothing'}`];
  const [only] = found;
  if (only === undefined) return wanted.voided ? [] : [`${is}: not in the books`];
  if (only.voided !== wanted.voided) return [`${is}: ${only.voided ? 'voided' : 'not voided'} in the books`];
  if (wanted.name !== undefined && only.name !== wanted.name) return [`${is}: called ${only.name}, not ${wanted.name}`];
  if (wanted.totalCents !== undefined && cents(only.total) !== wanted.totalCents) {
    return [`${is}: ${only.total} in the books, ${wanted.totalCents} cents wanted`];
  }
  return [];
}

function strangers(wanted: readonly Wanted[], { shown }: Ledgers): string[] {
  const known = new Set(wanted.map(({ tenant, identity }) => `${tenant} ${identity}`));
  const methods = new Set<string>();
  return shown.flatMap(({ tenant, identity, resource }) => {
    const key = `${tenant} ${identity}`;
    if (resource !== 'PaymentMethod') return known.has(key) ? [] : [`${tenant}: nobody sent ${identity}`];
    // Made when a payment first needs it.
    if (methods.has(key)) return [`${tenant}: ${identity} twice in the books`];
    methods.add(key);
    return [];
  });
}

/** A create of unknown outcome is sent again only after a look that came after its last moment. */
function resends({ writes, looks, unsureMs }: Ledgers): string[] {
  const faults: string[] = [];
  const last = new Map<string, Writing>();
  for (const write of writes) {
    if (!write.create) continue;
    const key = `${write.tenant} ${write.identity}`;
    const before = last.get(key);
    last.set(key, write);
    if (before === undefined || !before.doubtful) continue;
    const looked = looks.some(
      ({ tenant, at }) => tenant === write.tenant && at >= before.at + unsureMs && at <= write.at,
    );
    if (write.requestid !== before.requestid) faults.push(`${key}: sent again under another requestid`);
    if (!looked && !before.stopped)
      faults.push(
        `${key}: sent again ${write.at - before.at} ms after a send of unknown outcome, without a look past it`,
      );
  }
  return faults;
}

/** One answer to each revision, and never to an older one after a newer. */
function answersInOrder({ answers }: Ledgers): string[] {
  const last = new Map<string, number>();
  return answers.flatMap(({ tenant, ref, revision }) => {
    const before = last.get(`${tenant} ${ref}`) ?? 0;
    last.set(`${tenant} ${ref}`, revision);
    return revision > before ? [] : [`${tenant} ${ref}: revision ${revision} answered after ${before}`];
  });
}

/** What a person wrote into the books is never lost by us, and the services are told of it. */
function edited({ edits, changes, feed }: Ledgers): string[] {
  return edits.flatMap(({ tenant, id, text, stands, taken }) => {
    if (!stands) return [`${tenant} ${id}: what a person wrote was overwritten`];
    if (!feed || taken) return [];
    const told = changes.some((change) => change.tenant === tenant && change.id === id && change.text === text);
    return told ? [] : [`${tenant} ${id}: nobody was told what a person wrote`];
  });
}

/** Our own writes come back too: nobody is told of them as if a person had made them. */
function echoes({ changes, edits }: Ledgers): string[] {
  const touched = new Set(edits.map(({ tenant, id }) => `${tenant} ${id}`));
  return changes
    .filter(({ tenant, id }) => !touched.has(`${tenant} ${id}`))
    .map(({ tenant, id }) => `${tenant} ${id}: told of a change nobody made`);
}

/** Each event goes to the company of its own realm: a delivery holds those of several (reliability.md X7). */
function misrouted({ notices }: Ledgers): string[] {
  return notices.flatMap(({ id, of, takenFor }) =>
    of === takenFor ? [] : [`${id}: a webhook of ${of} went to ${takenFor}`],
  );
}

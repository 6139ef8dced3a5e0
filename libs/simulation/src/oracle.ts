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
  if (only.name !== wanted.name) return [`${is}: called ${only.name}, not ${wanted.name}`];
  if (wanted.totalCents !== undefined && cents(only.total) !== wanted.totalCents) {
    return [`${is}: ${only.total} in the books, ${wanted.totalCents} cents wanted`];
  }
  return [];
}

function strangers(wanted: readonly Wanted[], { shown }: Ledgers): string[] {
  const known = new Set(wanted.map(({ tenant, identity }) => `${tenant} ${identity}`));
  return shown
    .filter(({ tenant, identity }) => !known.has(`${tenant} ${identity}`))
    .map(({ tenant, identity }) => `${tenant}: nobody sent ${identity}`);
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
    if (!looked)
      faults.push(
        `${key}: sent again ${write.at - before.at} ms after a send of unknown outcome, without a look past it`,
      );
  }
  return faults;
}

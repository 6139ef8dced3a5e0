import { ExactNumber, parseExact, type ExactObject } from '@qbo-sync/contracts/exact-json';
import type { QboCall, Reply } from '@qbo-sync/qbo/client';
import type { CallWatch } from './call-watch';
import { answered, fault, itemsOf, ok, single, type Answer } from './qbo-wire';
import { changedAt, identityOf, MemoryRecords, type Committed } from './quickbooks-records';
import { NEVER, type Actor, type World } from './world';

export const MODES = ['honour', 'ignore', 'forget-after-1h', 'replay-first-error'] as const;
export type RequestidMode = (typeof MODES)[number];

/** One try to write, for the oracle: what it was, and whether its sender may doubt its outcome. */
export interface Sent {
  at: number;
  readonly by: string;
  readonly identity: string;
  readonly requestid: string;
  readonly create: boolean;
  /** True: no answer that says for sure what became of it. */
  doubtful: boolean;
  /** Its sender was stopped just before it. */
  stopped: boolean;
}

export interface QuickbooksParts {
  readonly world: World;
  readonly realm: string;
  readonly mode: RequestidMode;
  readonly isToken: (token: string) => boolean;
  /** Calls in any minute, batches apart. */
  readonly perMinute: number;
  readonly onCommit: (committed: Committed) => void;
}

const HOUR_MS = 3_600_000;
/** A request is ended by QuickBooks at 120 s (quickbooks.md §1.3): until then it may commit. */
const LATEST_COMMIT_MS = 119_000;

/** What is read of the company itself. */
const COMPANY_INFO: ExactObject = { Id: '1', CompanyName: 'Sim', Country: 'US' };
const PREFERENCES: ExactObject = { Id: '1', TaxPrefs: { UsingSalesTax: true, PartnerTaxEnabled: true } };

/** QuickBooks of one company, in memory. How it answers is the faults' business: after the commit, before it, late, or not at all. */
export class MemoryQuickbooks {
  readonly records: MemoryRecords;
  readonly sent: Sent[] = [];
  readonly looks: { readonly at: number; readonly resource: string }[] = [];
  /** What a person last wrote into a record, by its id, when, and whether we knew it by then. */
  readonly edits = new Map<string, { readonly text: string; readonly at: number; readonly known: boolean }>();
  private readonly world: World;
  readonly realm: string;
  readonly mode: RequestidMode;
  private readonly kept = new Map<string, Answer & { readonly at: number }>();
  private readonly minute: number[] = [];
  private closedUntilMs = 0;
  outageUntilMs = 0;
  watch: CallWatch | undefined;

  constructor(private readonly parts: QuickbooksParts) {
    this.world = parts.world;
    this.realm = parts.realm;
    this.mode = parts.mode;
    this.records = new MemoryRecords(parts.world, parts.realm, parts.onCommit);
  }

  /** What a client at this process hears. */
  async send(actor: Actor, call: QboCall): Promise<Reply> {
    const { world } = this;
    const { faults, random, time } = world;
    const write = call.method === 'POST';
    const named = write ? this.note(actor, call) : [];
    const begunAt = time.nowMs;
    const end = this.watch?.begin(
      actor,
      named.map(({ identity }) => identity),
    );
    await world.pass(actor, random.between(20, 180));
    // Stopped between its last look at the clock and its first byte: beyond what anybody can promise (F36).
    const stopped = actor.frozenUntilMs > begunAt;
    for (const each of named) Object.assign(each, { at: time.nowMs, stopped });
    const heard = async (reply: Reply, delayMs: number): Promise<Reply> => {
      world.trace(
        `${actor.name} ${call.method} ${call.path} ${call.query?.['requestid'] ?? ''} → ${reply.reply === 'answered' ? reply.status : reply.why}`,
      );
      const sure =
        reply.reply === 'notSent' || (reply.reply === 'answered' && reply.status < 500 && !reply.body.startsWith('<'));
      if (sure) for (const each of named) each.doubtful = false;
      await world.pass(actor, delayMs);
      end?.();
      if (reply.reply === 'answered' && reply.status === 429) this.watch?.throttled(actor);
      return actor.alive ? reply : NEVER;
    };
    if (time.nowMs < this.outageUntilMs) {
      return random.chance(0.5) ? heard({ reply: 'notSent', why: 'ECONNREFUSED' }, 5) : heard(answered(503, ''), 40);
    }
    if (!this.parts.isToken(call.accessToken)) {
      return heard(answered(401, fault('3200', 'AuthenticationFailed')), 30);
    }
    if (this.throttles(actor, call)) return heard(answered(429, fault('3001', 'ThrottleExceeded')), 20);
    if (!write) {
      const answer = this.read(call);
      if (faults.strikes('html 502', 0.01)) return heard(answered(502, '<html>Bad gateway</html>'), 40);
      return heard(answered(answer.status, answer.body), random.between(20, 200));
    }
    if (faults.strikes('lost before commit', 0.03)) return heard({ reply: 'noAnswer', why: 'UND_ERR_SOCKET' }, 50);
    if (faults.strikes('late commit', 0.03)) {
      time.after(random.between(5_000, LATEST_COMMIT_MS), () => {
        this.execute(call);
        // Whoever looks finds it from now on, and may go on from there, while its sender still waits for an answer.
        end?.();
      });
      return heard({ reply: 'noAnswer', why: 'UND_ERR_HEADERS_TIMEOUT' }, random.chance(0.3) ? 60_000 : 50);
    }
    const answer = this.execute(call);
    if (faults.strikes('commit then lose', 0.05)) return heard({ reply: 'noAnswer', why: 'UND_ERR_SOCKET' }, 50);
    if (faults.strikes('html 502', 0.02)) return heard(answered(502, '<html>Bad gateway</html>'), 40);
    return heard(answered(answer.status, answer.body), random.between(40, 300));
  }

  /** A person changes a field that is not ours. */
  edit(id: string, known: boolean): void {
    const kept = this.records.byId.get(id);
    if (kept === undefined) return;
    const at = this.world.time.nowMs;
    const text = `by hand in ${this.realm} ${at}`;
    this.edits.set(id, { text, at, known });
    this.records.store(kept.resource, { ...kept.record, TrackingNum: text });
  }

  /** Who was never killed knows of every call it made, and never makes one too many (reliability.md I9). */
  private throttles(actor: Actor, { path }: QboCall): boolean {
    const { world, minute, realm, parts } = this;
    const now = world.time.nowMs;
    if (now < this.closedUntilMs) return true;
    while ((minute[0] ?? now) <= now - 60_000) minute.shift();
    const isOver = path !== 'batch' && minute.length >= parts.perMinute;
    if (isOver && !world.killed.has(actor.name)) world.fail(`${realm}: ${minute.length + 1} calls within a minute`);
    if (isOver || world.faults.strikes('throttled', 0.008)) {
      this.closedUntilMs = now + 20_000;
      return true;
    }
    if (path !== 'batch') minute.push(now);
    return false;
  }

  private note(actor: Actor, call: QboCall): Sent[] {
    const bodies = call.path === 'batch' ? itemsOf(call).map(({ body, create }) => ({ body, create })) : [single(call)];
    if (call.path === 'batch') this.world.faults.counters.count('batch sent');
    return bodies.map(({ body, create }) => {
      const sent: Sent = {
        at: this.world.time.nowMs,
        by: actor.name,
        identity: this.identity(body),
        requestid: call.query?.['requestid'] ?? '',
        create,
        doubtful: true,
        stopped: false,
      };
      this.sent.push(sent);
      return sent;
    });
  }

  /** An update need not name what its record is known by. */
  private identity(body: ExactObject): string {
    const id = body['Id'];
    const known = typeof id === 'string' ? this.records.byId.get(id)?.record : undefined;
    return identityOf(known ?? body);
  }

  private read({ path, query }: QboCall): Answer {
    const now = this.world.time.nowMs;
    if (path === 'query') {
      const [, resource = '', where] = /FROM (\w+)(?: WHERE (.*?))? STARTPOSITION/i.exec(query?.['query'] ?? '') ?? [];
      this.looks.push({ at: now, resource });
      const conditions = [...(where ?? '').matchAll(/([\w.]+) = '((?:[^'\\]|\\.)*)'/g)];
      const rows = this.records
        .all(resource)
        .filter((record) =>
          conditions.every(
            ([, field = '', value = '']) =>
              field.startsWith('MetaData') ||
              String(record[field]).toLowerCase() === value.replace(/\\(.)/g, '$1').toLowerCase(),
          ),
        );
      return ok({
        QueryResponse: rows.length === 0 ? {} : { [resource]: rows, maxResults: new ExactNumber(String(rows.length)) },
      });
    }
    if (path === 'cdc') {
      const resource = query?.['entities'] ?? '';
      this.looks.push({ at: now, resource });
      const since = Date.parse(query?.['changedSince'] ?? '');
      const rows = resource
        .split(',')
        .map((name) => [name, this.records.all(name).filter((record) => changedAt(record) >= since)] as const);
      return ok({
        CDCResponse: [{ QueryResponse: rows.map(([name, found]) => (found.length === 0 ? {} : { [name]: found })) }],
      });
    }
    const [resource = '', id = ''] = path.split('/');
    if (resource === 'companyinfo') return ok({ CompanyInfo: COMPANY_INFO });
    if (resource === 'preferences') return ok({ Preferences: PREFERENCES });
    const kept = this.records.byId.get(id);
    if (kept === undefined) return { status: 400, body: fault('610', 'Object Not Found') };
    this.looks.push({ at: now, resource: kept.resource });
    return ok({ [kept.resource]: kept.record });
  }

  private execute(call: QboCall): Answer {
    if (call.path !== 'batch') {
      const { body, operation } = single(call);
      return this.once(call.query?.['requestid'] ?? '', () => this.records.write(call.path, body, operation));
    }
    const answers = itemsOf(call).map(({ bId, resource, body, operation }) => {
      const { body: text } = this.once(`${call.query?.['requestid'] ?? ''}/${bId}`, () =>
        this.records.write(resource.toLowerCase(), body, operation),
      );
      return { ...(parseExact(text) as ExactObject), bId };
    });
    return ok({ BatchItemResponse: answers });
  }

  private once(requestid: string, write: () => Answer): Answer {
    const now = this.world.time.nowMs;
    const known = this.kept.get(requestid);
    const remembers =
      known !== undefined &&
      (this.mode === 'replay-first-error' ||
        (known.status === 200 &&
          (this.mode === 'honour' || (this.mode === 'forget-after-1h' && now - known.at < HOUR_MS))));
    if (remembers) {
      this.world.faults.counters.count('requestid replayed');
      return known;
    }
    const answer = write();
    if (known === undefined || known.status !== 200) this.kept.set(requestid, { ...answer, at: now });
    return answer;
  }
}

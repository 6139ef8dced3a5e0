import { Clock } from './clock';
import {
  Company,
  DEFAULT_SWITCHES,
  LONGEST_LAG_MS,
  type Change,
  type CompanyProfile,
  type CompanySwitches,
  type EntityName,
  type KeptAnswer,
  type Row,
} from './company';
import { Draft } from './draft';
import { printChange, readChange, type Actor, type JournalLine, type WriteLine } from './journal';
import { JournalFile } from './journal-file';
import { markerIn } from './marker';
import { OAuth, type OAuthSettings } from './oauth';
import type { Limits } from './traffic';

export const REQUESTID_MODES = ['honour', 'ignore', 'forget-after-1h', 'replay-first-error'] as const;
/** What a repeated requestid does; public text leaves retention and errors open (quickbooks.md §4). */
export type RequestidMode = (typeof REQUESTID_MODES)[number];

export interface EmulatorSettings {
  requestidMode: RequestidMode;
  /** Every answer takes from..to milliseconds. */
  latencyMs: { from: number; to: number };
  /** A request is from..to milliseconds on its way before it arrives and is counted. */
  jitterMs: { from: number; to: number };
  /** null = no limit kept. */
  limits: Limits | null;
  /** How a 429 looks: both forms were seen (quickbooks.md §1.6); `alternate` = one after the other. */
  throttleForm: 'gateway' | 'capitalised' | 'alternate';
  /** `Retry-After` of a 429, seconds; null = none, as documented (quickbooks.md §3.1). */
  retryAfterS: number | null;
  /** Metered reads of the app a month, 429 beyond; null = no end (quickbooks.md §3.2). */
  readsPerMonth: number | null;
  /** The sentence of that 429; it is not documented, so by default it is the throttle's own. */
  quotaDetail: string;
  /** Queries answer as the books stood so long ago, at most 10 s; 0 = at once. */
  queryLagMs: number;
}

/** A write as the admin interface tells it. */
export type WriteRecord = Omit<WriteLine, 'kind' | 'puts' | 'postings' | 'counters'> & {
  company: string;
  marker?: string;
};

export interface CompanySeed {
  profile: CompanyProfile;
  /** Writes the records of a company on its first day. */
  fill: (draft: Draft) => void;
}

/** What a write is told by, besides what it changes. */
export interface WriteAbout {
  actor: Actor;
  operation: string;
  entity: EntityName;
  id: string;
  requestid?: string;
  startedAt: number;
  overlapping: number;
  inFlight: number;
}

/** All companies, their journal and the app's connections. Commits are synchronous: one write at a time. */
export class Emulator {
  readonly companies = new Map<string, Company>();
  readonly oauth: OAuth;
  readonly writes: WriteRecord[] = [];
  readonly clock: Clock;
  /** Epoch milliseconds of the emulator's clock. */
  readonly now: () => number;
  /** Told of every change once it is made. */
  onCommit: (company: Company, about: WriteAbout, change: Change, before: ReadonlyMap<string, Row>) => void = () => {};
  private readonly journal: JournalFile<JournalLine>;
  private readonly byKey = new Map<string, Company>();
  private seq = 0;
  private batches = 0;
  private throttles = 0;

  constructor(
    journalFile: string,
    seeds: readonly CompanySeed[],
    oauthSettings: OAuthSettings,
    readonly settings: EmulatorSettings,
    now: () => number,
  ) {
    this.clock = new Clock(now);
    this.now = this.clock.now;
    this.journal = new JournalFile(journalFile);
    const order = seeds.map((seed) => seed.profile.realmId);
    this.oauth = new OAuth(
      oauthSettings,
      () => order,
      this.now,
      (patch) => this.journal.append({ kind: 'oauth', patch }),
    );
    for (const line of this.journal.read()) this.replay(line);
    for (const seed of seeds) if (!this.companies.has(seed.profile.realmId)) this.open(seed);
  }

  close(): void {
    this.clock.stop();
    this.journal.close();
  }

  private open(seed: CompanySeed): void {
    const line: JournalLine = { kind: 'company', profile: seed.profile };
    this.journal.append(line);
    this.replay(line);
    const company = this.company(seed.profile.realmId);
    const draft = new Draft(company, this.now());
    seed.fill(draft);
    this.commit(draft, {
      actor: 'seed',
      operation: 'create',
      entity: 'CompanyInfo',
      id: '1',
      startedAt: draft.nowMs,
      overlapping: 0,
      inFlight: 0,
    });
  }

  /** The company of a realm or key; throws when there is none. */
  company(realmOrKey: string): Company {
    const found = this.findCompany(realmOrKey);
    if (found === undefined) throw new Error('no such company');
    return found;
  }

  findCompany(realmOrKey: string): Company | undefined {
    return this.companies.get(realmOrKey) ?? this.byKey.get(realmOrKey);
  }

  /** How many batches there were with this one. */
  nextBatch(): number {
    this.batches += 1;
    return this.batches;
  }

  /** How many 429s there were with this one. */
  nextThrottle(): number {
    this.throttles += 1;
    return this.throttles;
  }

  /** The rows a query sees: some seconds old when queries lag, and without what its own batch made. */
  rowsForQuery(company: Company, unseen: ReadonlySet<string> = new Set()): (entity: EntityName) => Row[] {
    const lag = Math.min(this.settings.queryLagMs, LONGEST_LAG_MS);
    const at = this.now() - lag;
    return (entity) => {
      const rows = lag === 0 ? company.rows(entity) : company.rowsAsOf(entity, at);
      return unseen.size === 0 ? rows : rows.filter(({ record }) => !unseen.has(`${entity}/${String(record['Id'])}`));
    };
  }

  /**
   * Makes a draft true: in the books, then in the journal, both before the answer goes out. The answer is kept under the
   * write's key in the same append.
   */
  commit(draft: Draft, about: WriteAbout, kept?: { key: string; answer: () => KeptAnswer }): void {
    const change = draft.change();
    const line: WriteLine = {
      kind: 'write',
      seq: this.seq + 1,
      realm: draft.company.profile.realmId,
      ...about,
      ...printChange(change),
    };
    const before = draft.company.rowsOf(change.puts);
    this.wrote(line, change);
    const lines: JournalLine[] = [line];
    if (kept !== undefined) lines.push({ kind: 'answer', realm: line.realm, requestid: kept.key, ...kept.answer() });
    for (const each of lines.slice(1)) this.replay(each);
    this.journal.append(...lines);
    this.onCommit(draft.company, about, change, before);
  }

  /** Keeps the answer of a write that changed nothing. */
  keepAnswer(company: Company, requestid: string, answer: KeptAnswer): void {
    const line: JournalLine = { kind: 'answer', realm: company.profile.realmId, requestid, ...answer };
    this.journal.append(line);
    this.replay(line);
  }

  /** Steps time forward and remembers it; resolves when what came due by it is done. */
  async advance(ms: number): Promise<void> {
    this.journal.append({ kind: 'time', steppedMs: this.clock.steppedMs() + ms });
    await this.clock.advance(ms);
  }

  setSwitches(company: Company, switches: Partial<CompanySwitches>): void {
    const line: JournalLine = {
      kind: 'switches',
      realm: company.profile.realmId,
      switches: { ...company.switches, ...switches },
    };
    this.journal.append(line);
    this.replay(line);
  }

  /** Matches a transaction with the bank as people do, or takes it back (quickbooks.md §11.20). */
  setMatched(company: Company, document: string, matched: boolean): void {
    const line: JournalLine = { kind: 'matched', realm: company.profile.realmId, document, matched };
    this.journal.append(line);
    this.replay(line);
  }

  private replay(line: JournalLine): void {
    switch (line.kind) {
      case 'company':
        this.add(new Company(line.profile));
        return;
      case 'write':
        this.wrote(line, readChange(line));
        return;
      case 'time':
        this.clock.resume(line.steppedMs);
        return;
      case 'answer':
        this.company(line.realm).keptAnswers.set(line.requestid, { status: line.status, body: line.body, at: line.at });
        return;
      case 'switches':
        this.company(line.realm).switches = { ...DEFAULT_SWITCHES, ...line.switches };
        return;
      case 'matched':
        if (line.matched) this.company(line.realm).matched.add(line.document);
        else this.company(line.realm).matched.delete(line.document);
        return;
      case 'oauth':
        this.oauth.apply(line.patch);
    }
  }

  private add(company: Company): void {
    this.companies.set(company.profile.realmId, company);
    this.byKey.set(company.profile.key, company);
  }

  private wrote(line: WriteLine, change: Change): void {
    this.company(line.realm).apply(change);
    this.seq = line.seq;
    this.writes.push(this.tell(line, change));
  }

  private tell(line: WriteLine, change: Change): WriteRecord {
    const { kind: _kind, puts: _puts, postings: _postings, counters: _counters, ...rest } = line;
    const record = change.puts.find(({ entity, id }) => entity === line.entity && id === line.id)?.record;
    const marker = record === undefined || record === null ? undefined : markerIn(record);
    return { ...rest, company: this.company(line.realm).profile.key, ...(marker === undefined ? {} : { marker }) };
  }
}

import { parseExact, type ExactObject } from '@qbo-sync/contracts/exact-json';
import { Company, type CompanyProfile, type CompanySwitches, type EntityName, type KeptAnswer } from './company';
import { Draft } from './draft';
import { object, text } from './exact';
import { Journal, printChange, readChange, type Actor, type JournalLine, type WriteLine } from './journal';
import { OAuth, type OAuthSettings } from './oauth';

export const REQUESTID_MODES = ['honour', 'ignore', 'forget-after-1h', 'replay-first-error'] as const;
/** What a repeated requestid does; public text leaves retention and errors open (quickbooks.md §4). */
export type RequestidMode = (typeof REQUESTID_MODES)[number];

export interface EmulatorSettings {
  requestidMode: RequestidMode;
  /** Every answer takes from..to milliseconds. */
  latencyMs: { from: number; to: number };
  /** Requests a realm may have in flight, and a minute; null = no limit kept. */
  limits: { concurrent: number; perMinute: number } | null;
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

/** All companies, their journal and the app's connections. Commits are synchronous: one write at a time. */
export class Emulator {
  readonly companies = new Map<string, Company>();
  readonly oauth: OAuth;
  readonly writes: WriteRecord[] = [];
  private readonly journal: Journal;
  private seq = 0;

  constructor(
    journalFile: string,
    seeds: readonly CompanySeed[],
    oauthSettings: OAuthSettings,
    readonly settings: EmulatorSettings,
    readonly now: () => number,
  ) {
    this.journal = new Journal(journalFile);
    const order = seeds.map((seed) => seed.profile.realmId);
    this.oauth = new OAuth(
      oauthSettings,
      () => order,
      now,
      (patch) => this.journal.append({ kind: 'oauth', patch }),
    );
    for (const line of this.journal.read()) this.replay(line);
    for (const seed of seeds) if (!this.companies.has(seed.profile.realmId)) this.open(seed);
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
    return (
      this.companies.get(realmOrKey) ??
      [...this.companies.values()].find((company) => company.profile.key === realmOrKey)
    );
  }

  /**
   * Makes a draft true: in the books, then in the journal, both before the answer goes out. The answer is kept under the
   * write's requestid in the same append.
   */
  commit(
    draft: Draft,
    about: {
      actor: Actor;
      operation: string;
      entity: EntityName;
      id: string;
      requestid?: string;
      startedAt: number;
      overlapping: number;
      inFlight: number;
    },
    answer?: () => KeptAnswer,
  ): void {
    const line: WriteLine = {
      kind: 'write',
      seq: this.seq + 1,
      realm: draft.company.profile.realmId,
      ...about,
      ...printChange(draft.change()),
    };
    this.replay(line);
    const lines: JournalLine[] = [line];
    if (answer !== undefined && about.requestid !== undefined) {
      lines.push({ kind: 'answer', realm: line.realm, requestid: about.requestid, ...answer() });
    }
    for (const each of lines.slice(1)) this.replay(each);
    this.journal.append(...lines);
  }

  /** Keeps the answer of a write that changed nothing. */
  keepAnswer(company: Company, requestid: string, answer: KeptAnswer): void {
    const line: JournalLine = { kind: 'answer', realm: company.profile.realmId, requestid, ...answer };
    this.journal.append(line);
    this.replay(line);
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

  private replay(line: JournalLine): void {
    switch (line.kind) {
      case 'company':
        this.companies.set(line.profile.realmId, new Company(line.profile));
        return;
      case 'write':
        this.company(line.realm).apply(readChange(line));
        this.seq = line.seq;
        this.writes.push(this.tell(line));
        return;
      case 'answer':
        this.company(line.realm).keptAnswers.set(line.requestid, { status: line.status, body: line.body, at: line.at });
        return;
      case 'switches':
        this.company(line.realm).switches = line.switches;
        return;
      case 'oauth':
        this.oauth.apply(line.patch);
    }
  }

  private tell(line: WriteLine): WriteRecord {
    const { kind: _kind, puts, postings: _postings, counters: _counters, ...rest } = line;
    const record = puts.find(([entity, id]) => entity === line.entity && id === line.id)?.[2];
    const marker = record === undefined || record === null ? undefined : markerOf(parseExact(record));
    return { ...rest, company: this.company(line.realm).profile.key, ...(marker === undefined ? {} : { marker }) };
  }
}

/** The mark an app leaves in a note, `Run a Call <id>`, by which an admin looks for duplicates. */
export function markerOf(record: unknown): string | undefined {
  const note = text(object(record as ExactObject)['PrivateNote']);
  return note === undefined ? undefined : /Run a Call (\S+)/.exec(note)?.[1];
}

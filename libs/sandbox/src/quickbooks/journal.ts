import { closeSync, existsSync, openSync, readFileSync, truncateSync, writeSync } from 'node:fs';
import { parseExact, printExact, type ExactObject } from '@qbo-sync/contracts/exact-json';
import type { Change, CompanyProfile, CompanySwitches, EntityName } from './company';
import { Decimal } from './exact';

/**
 * The emulator's own file: one JSON object a line, appended before the answer goes out, read whole at start.
 *
 *   {"kind":"company","profile":{…}}                                   a company was opened
 *   {"kind":"write","realm":…,"entity":…,"id":…,"puts":[[…]],…}        something changed in a company's books
 *   {"kind":"answer","realm":…,"requestid":…,"status":…,"body":…}      an answer to be replayed
 *   {"kind":"switches","realm":…,"switches":{…}}                       someone switched something in the company's pages
 *   {"kind":"matched","realm":…,"document":…,"matched":…}              someone matched a transaction with the bank, or took that back
 *   {"kind":"oauth","patch":{…}}                                       codes, tokens, connections
 *   {"kind":"time","steppedMs":…}                                      how far time was stepped in all
 *
 * Records stand as JSON text inside the line, so that their numbers keep their digits.
 */
export type JournalLine =
  | { kind: 'company'; profile: CompanyProfile }
  | WriteLine
  | { kind: 'answer'; realm: string; requestid: string; status: number; body: string; at: number }
  | { kind: 'switches'; realm: string; switches: CompanySwitches }
  | { kind: 'matched'; realm: string; document: string; matched: boolean }
  | { kind: 'oauth'; patch: OAuthPatch }
  | { kind: 'time'; steppedMs: number };

export type Actor = 'seed' | 'api' | 'human';

export interface WriteLine {
  kind: 'write';
  seq: number;
  realm: string;
  actor: Actor;
  operation: string;
  entity: EntityName;
  id: string;
  requestid?: string;
  /** Other writes for the same thing (id, marker or name) that were in flight when this one was committed. */
  overlapping: number;
  /** All other writes of this company in flight then. */
  inFlight: number;
  startedAt: number;
  at: number;
  puts: readonly [EntityName, string, string | null][];
  postings: readonly [string, readonly (readonly [string, string, string?])[]][];
  counters: Readonly<Record<string, number>>;
}

export interface Grant {
  realm: string;
  refreshToken: string;
  refreshIssuedAt: number;
  refreshExpiresAt: number;
  previous: readonly { token: string; diesAt: number }[];
  revoked: boolean;
}

/** What changes in the OAuth state; keys present replace what was there. */
export interface OAuthPatch {
  authorizations?: number;
  /** The company the next authorize connects, in place of the list's turn; null = the list's turn again. */
  nextRealm?: string | null;
  codes?: Record<string, { realm: string; redirectUri: string; expiresAt: number; usedAt?: number }>;
  grants?: Record<string, Grant>;
  accessTokens?: Record<string, { grant: string; expiresAt: number }>;
}

export class Journal {
  private open: number | undefined;

  constructor(private readonly file: string) {}

  /** Every whole line so far; a last line cut short by a kill is dropped from the file. */
  read(): JournalLine[] {
    if (!existsSync(this.file)) return [];
    const bytes = readFileSync(this.file);
    const end = bytes.lastIndexOf(10) + 1;
    if (end < bytes.length) truncateSync(this.file, end);
    return bytes
      .subarray(0, end)
      .toString('utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as JournalLine);
  }

  /** In the file when it returns: one write to a file that stays open. */
  append(...lines: readonly JournalLine[]): void {
    this.open ??= openSync(this.file, 'a', 0o600);
    const bytes = Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    for (let written = 0; written < bytes.length;) written += writeSync(this.open, bytes, written);
  }

  close(): void {
    if (this.open !== undefined) closeSync(this.open);
    this.open = undefined;
  }
}

/** A change as the journal writes it. */
export function printChange(change: Change): Pick<WriteLine, 'puts' | 'postings' | 'counters' | 'at'> {
  return {
    puts: change.puts.map(({ entity, id, record }) => [entity, id, record === null ? null : printExact(record)]),
    postings: change.postings.map(({ document, lines }) => [
      document,
      lines.map(({ account, amount, customer }) =>
        customer === undefined ? [account, amount.toFixed()] : [account, amount.toFixed(), customer],
      ),
    ]),
    counters: change.counters,
    at: change.at,
  };
}

/** The change a journal line holds. */
export function readChange(line: WriteLine): Change {
  return {
    puts: line.puts.map(([entity, id, record]) => ({
      entity,
      id,
      record: record === null ? null : (parseExact(record) as ExactObject),
    })),
    postings: line.postings.map(([document, lines]) => ({
      document,
      lines: lines.map(([account, amount, customer]) => ({
        account,
        amount: new Decimal(amount),
        ...(customer === undefined ? {} : { customer }),
      })),
    })),
    counters: line.counters,
    at: line.at,
  };
}

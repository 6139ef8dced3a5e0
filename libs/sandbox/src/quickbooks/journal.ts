import { parseExact, printExact, type ExactObject } from '@qbo-sync/contracts/exact-json';
import type { Change, CompanyProfile, CompanySwitches, EntityName } from './company';
import { Decimal } from './exact';

/**
 * The lines of the emulator's own file.
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

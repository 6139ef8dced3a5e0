import type { BooksChoices } from '@qbo-sync/sandbox/books/choices';
import { money } from '@qbo-sync/sandbox/books/cents';
import type { Comparison } from '@qbo-sync/sandbox/books/compare';
import { type Invariant, together } from '@qbo-sync/sandbox/books/invariants';
import { rowsPlayed, type PlayedRow } from '@qbo-sync/sandbox/books/posting-rows';
import type { DayIdentity, PublishedMessage } from '@qbo-sync/sandbox/runacall/published-day';
import { payoutRowsPlayed } from '@qbo-sync/sandbox/payouts/payout-rows';
import type { ComparedBooks } from './compare-day';
import type { PlayedPayouts } from './play-payouts';
import { describe, type SettledEvent, standingOf } from './settle';
import type { ConnectedCompany } from './world';

/** How the day ended, as it is printed and kept in `day-result.json`. */
export interface DayResult {
  readonly seed: string;
  readonly anchor: string;
  readonly size: string;
  readonly published: number;
  readonly copies: number;
  readonly known: number;
  /** Counted by the emulator; null with another QuickBooks. */
  readonly writes: number | null;
  /** Webhooks of Stripe that a repeated day told once more. */
  readonly toldAgain: number | null;
  readonly found: StateCounts;
  readonly predicted: StateCounts;
  /** QuickBooks records that the log links to. */
  readonly records: number;
  readonly heldShare: number;
  /** What is kept and not posted, each in a line. */
  readonly heldEvents: readonly string[];
  readonly surprises: readonly string[];
  readonly latency: { readonly count: number; readonly p50Ms: number; readonly p95Ms: number } | null;
  readonly comparisons: readonly Comparison[];
  /** The rows of the table of documents (postings.md §4), and how often each was played. */
  readonly rows: readonly PlayedRow[];
  /** Stripe's payouts, each in a line: what kind it is and what became of it. */
  readonly payouts: readonly string[];
  /** What must always be true (postings.md §14), of all companies together. */
  readonly invariants: readonly Invariant[];
  readonly agreed: boolean;
}

export interface StateCounts {
  readonly posted: number;
  readonly warned: number;
  readonly held: number;
  readonly skipped: number;
}

const STATES: Readonly<Record<string, keyof StateCounts>> = {
  synced: 'posted',
  'synced with warnings': 'warned',
  'needs attention': 'held',
  waiting: 'held',
  dismissed: 'skipped',
  skipped: 'skipped',
};

export function dayResult(day: {
  readonly identity: DayIdentity;
  readonly messages: readonly PublishedMessage[];
  readonly known: number;
  readonly writes: number | null;
  readonly events: readonly SettledEvent[];
  readonly compared: readonly ComparedBooks[];
  /** What a replay of every topic has come to. */
  readonly replayed: readonly Invariant[];
  readonly companies: readonly (Pick<ConnectedCompany, 'company'> & { readonly choices: BooksChoices })[];
  readonly played: readonly PlayedPayouts[];
  readonly toldAgain: number | null;
}): DayResult {
  const { identity, messages, known, writes, events, compared, played, toldAgain } = day;
  const comparisons = compared.map(({ comparison }) => comparison);
  const books = day.companies.map(({ company, choices }) => ({ tenant: company.id, choices }));
  const rows = [...rowsPlayed(books, messages), ...(played.length === 0 ? [] : payoutRowsPlayed(played))];
  const isPlayed = identity.size === 'short' || rows.every(({ times }) => times > 0);
  const ofBooks = compared.map(({ comparison: { tenant }, invariants: own }) => ({ tenant, invariants: own }));
  const invariants = [...together(ofBooks), ...day.replayed].sort((a, b) => a.number - b.number);
  const counts = countStates(events);
  const published = new Set(messages.map(({ headers }) => headers['ce_id'])).size;
  const surprises = surprisesOf(events);
  return {
    seed: identity.seed,
    anchor: identity.anchor ?? '',
    size: identity.size,
    published,
    copies: messages.length - published,
    known,
    writes,
    toldAgain,
    ...counts,
    records: countRecords(events),
    heldShare: counts.found.held / Math.max(1, events.length),
    heldEvents: events.filter(isHeld).map(heldLine),
    surprises,
    latency: latencyOf(events),
    comparisons,
    rows,
    payouts: played.flatMap(payoutLines),
    invariants,
    agreed:
      isPlayed &&
      surprises.length === 0 &&
      comparisons.every(({ differences }) => differences.length === 0) &&
      invariants.every(({ broken }) => broken.length === 0),
  };
}

/** Events by where they rest: as found in the log, and as predicted (overtaken ones counted as they were found). */
export function countStates(events: readonly SettledEvent[]): { found: StateCounts; predicted: StateCounts } {
  const none = { posted: 0, warned: 0, held: 0, skipped: 0 };
  const found = { ...none };
  const predicted = { ...none };
  for (const event of events) {
    const { row, prediction } = event;
    const as = STATES[row?.state ?? ''];
    if (as !== undefined) found[as] += 1;
    const expected = standingOf(event) === 'as predicted' && as !== undefined ? as : STATES[prediction.state];
    if (expected !== undefined) predicted[expected] += 1;
  }
  return { found, predicted };
}

const isHeld = ({ row }: SettledEvent): boolean => STATES[row?.state ?? ''] === 'held';

function heldLine({ tenant, eventId, prediction, row }: SettledEvent): string {
  return `${tenant} ${prediction.ref} ${row?.change ?? ''} (${eventId}): ${row?.state ?? ''}, ${row?.reason?.code ?? ''}`;
}

function countRecords(events: readonly SettledEvent[]): number {
  const links = events.flatMap(({ tenant, row }) =>
    row?.quickbooks === undefined ? [] : [`${tenant} ${row.quickbooks.type} ${row.quickbooks.id}`],
  );
  return new Set(links).size;
}

const surprisesOf = (events: readonly SettledEvent[]): string[] =>
  events.filter((event) => standingOf(event) !== 'as predicted').map(describe);

/** From the event to QuickBooks' answer; tax rates are never sent. */
export function latencyOf(events: readonly SettledEvent[]): DayResult['latency'] {
  const took = events
    .flatMap(({ row }) =>
      row?.settledAt !== undefined && row.quickbooks !== undefined && row.state.startsWith('synced')
        ? [Date.parse(row.settledAt) - Date.parse(row.occurredAt)]
        : [],
    )
    .sort((a, b) => a - b);
  if (took.length === 0) return null;
  const at = (share: number): number => took[Math.min(took.length - 1, Math.floor(took.length * share))] ?? 0;
  return { count: took.length, p50Ms: at(0.5), p95Ms: at(0.95) };
}

/** The lines a person reads at the end. */
export function reportLines(result: DayResult): string[] {
  const { found, predicted } = result;
  const writes = result.writes === null ? 'writes not counted' : `${result.writes} writes`;
  const told = result.toldAgain === null ? '' : `${result.toldAgain} webhooks of Stripe told again, `;
  const state = (name: keyof StateCounts): string =>
    `${found[name]} ${name}${found[name] === predicted[name] ? '' : ` (predicted ${predicted[name]})`}`;
  return [
    '',
    `${result.published} published, ${result.known} already known, ${told}${writes}`,
    `Events: ${state('posted')}, ${state('warned')}, ${state('held')}, ${state('skipped')}; ${result.records} records in QuickBooks, ${(result.heldShare * 100).toFixed(1)} % held, ${result.copies} copies absorbed`,
    result.latency === null
      ? 'Event to posted: nothing was posted'
      : `Event to posted: p50 ${result.latency.p50Ms} ms, p95 ${result.latency.p95Ms} ms (${result.latency.count} events)`,
    ...(result.heldEvents.length === 0
      ? []
      : ['Kept and not posted:', ...result.heldEvents.map((line) => `  ${line}`)]),
    '',
    'Played, by row of the table of documents:',
    ...result.rows.map(({ row, times }) => `  ${row.padEnd(40)}${String(times).padStart(6)}`),
    ...(result.payouts.length === 0 ? [] : ['', 'Payouts of Stripe:', ...result.payouts.map((line) => `  ${line}`)]),
    ...result.comparisons.flatMap(table),
    '',
    'What must always be true:',
    ...result.invariants.flatMap(invariantLines),
    ...(result.surprises.length === 0 ? [] : ['', 'Not as predicted:', ...result.surprises.map((line) => `  ${line}`)]),
    '',
    result.agreed ? 'The books agree to the cent.' : 'The books do not agree.',
  ];
}

function invariantLines({ number, says, checked, broken }: Invariant): string[] {
  const verdict = broken.length === 0 ? 'holds' : `broken ${broken.length} times`;
  return [
    `  ${number}. ${says.padEnd(64)}${String(checked).padStart(6)} checked   ${verdict}`,
    ...broken.map((line) => `       ${line}`),
  ];
}

function payoutLines({ tenant, plan, payouts }: PlayedPayouts): string[] {
  return payouts.map(({ amount, record, state, reason, failed, moves }, place) => {
    const kind = plan.payouts[place]?.kind ?? '';
    const what =
      record === 'none'
        ? `${state}${reason === undefined ? '' : `, ${reason}`}`
        : record === 'by hand'
          ? `entered by hand before, asked and ${state === 'synced' ? 'linked' : 'left'}`
          : RECORDS[record];
    const parts = moves.length === 0 ? '' : `${moves.length} transactions`;
    return `${tenant.padEnd(11)}${kind.padEnd(26)}${money(amount).padStart(11)}  ${parts.padEnd(17)}${what}${failed ? ', then an entry: it came back' : ''}`;
  });
}

const RECORDS = {
  Deposit: 'deposit',
  JournalEntry: 'entry',
} as const;

function table({ tenant, rows, differences }: Comparison): string[] {
  const width = Math.max(24, ...rows.map(({ what }) => what.length));
  const line = (what: string, ...cells: string[]): string =>
    `  ${what.padEnd(width)}${cells.map((cell) => cell.padStart(17)).join('')}`;
  return [
    '',
    `${tenant}${differences.length === 0 ? '' : `: ${differences.length} differences`}`,
    line('', 'in Run a Call', 'in the books', 'difference'),
    ...rows.map(({ what, expected, found, difference }) => line(what, expected, found, difference)),
  ];
}

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BooksChoices } from '@qbo-sync/sandbox/books/choices';
import { type Baseline, compareBooks, type Comparison, differs, pricebookItems } from '@qbo-sync/sandbox/books/compare';
import type { Invariant } from '@qbo-sync/sandbox/books/invariants';
import { invoiceInvariants } from '@qbo-sync/sandbox/books/invoice-invariants';
import type { ExpectedBooks } from '@qbo-sync/sandbox/books/model';
import { readBooks, type ReadQuery } from '@qbo-sync/sandbox/books/read-books';
import { payoutInvariants } from '@qbo-sync/sandbox/payouts/invariants';
import { payoutRows } from '@qbo-sync/sandbox/payouts/with-payouts';
import type { PlayedCompany } from '@qbo-sync/sandbox/runacall/companies';
import type { PlayedPayouts } from './play-payouts';
import { DayStopped } from './stopped';
import type { World } from './world';

const TIMEOUT_MS = 60_000;

/** A company's books by QuickBooks' own API, through the gateway's reads for people: inside its limits. */
export function booksReader({ config }: World, tenant: string): ReadQuery {
  return async (query) => {
    const response = await fetch(`${config.GATEWAY_URL}/internal/companies/${tenant}/read`, {
      method: 'POST',
      headers: { authorization: `Bearer ${config.OPERATOR_TOKEN}`, 'content-type': 'application/json' },
      body: JSON.stringify({ path: 'query', params: { query } }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const text = await response.text();
    if (!response.ok)
      throw new DayStopped(`The books of ${tenant} could not be read: ${response.status} ${text.slice(0, 300)}`);
    return text;
  };
}

/** What the books held before the first day; read once, kept with the day. */
export async function baselineOf(world: World, tenant: string): Promise<Baseline> {
  const file = join(world.config.STATE_DIR, `baseline-${tenant}.json`);
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as Baseline;
  const books = await readBooks(booksReader(world, tenant));
  const baseline: Baseline = { customers: books.customers.size, items: pricebookItems(books) };
  writeFileSync(file, JSON.stringify(baseline));
  return baseline;
}

/** A company's books beside the model's, and what must always be true of them. */
export interface ComparedBooks {
  readonly comparison: Comparison;
  readonly invariants: readonly Invariant[];
}

export async function compare(
  world: World,
  expected: ExpectedBooks,
  {
    company,
    choices,
    baseline,
    played,
  }: {
    readonly company: PlayedCompany;
    readonly choices: BooksChoices;
    readonly baseline: Baseline;
    readonly played: PlayedPayouts | undefined;
  },
): Promise<ComparedBooks> {
  const found = await readBooks(booksReader(world, expected.tenant));
  const comparison = compareBooks(expected, found, choices, baseline);
  const invariants = invoiceInvariants(expected, found);
  if (played === undefined || choices.payouts === undefined) return { comparison, invariants };
  const rows = payoutRows(played.payouts, found, choices.payouts.bank.id);
  const ofStripe = { ...played, found, choices, accounts: choices.payouts, currency: company.currency };
  return {
    comparison: {
      ...comparison,
      rows: [...comparison.rows, ...rows],
      differences: [...comparison.differences, ...rows.filter(differs)],
    },
    invariants: [...invariants, ...payoutInvariants(ofStripe)],
  };
}

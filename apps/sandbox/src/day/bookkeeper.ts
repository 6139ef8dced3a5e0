import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClosedBooks } from '@qbo-sync/sandbox/books/choices';
import { inEffect } from './configure';
import { DayStopped, until } from './stopped';
import type { ConnectedCompany, World } from './world';

const WITHIN_MS = 60_000;

/**
 * What a company's bookkeeper does in QuickBooks' own pages. With another QuickBooks than the emulated one nobody does it:
 * each gives undefined then.
 */

/** Closes the books through a day, before a phase; ends when every service knows. Kept with the day. */
export async function closeBooks(
  world: World,
  { company, api }: ConnectedCompany,
  through: string,
): Promise<ClosedBooks | undefined> {
  const { id } = company;
  const file = join(world.config.STATE_DIR, `closed-${id}.json`);
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as ClosedBooks;
  if (!(await inQuickBooks(world, 'human', { company: id, do: 'close-books', through }))) return undefined;
  const closed: ClosedBooks = { through, at: new Date().toISOString(), before: 'late' };
  await api.refresh(id);
  await until(async () => ((await api.profile(id))?.bookCloseDate === through ? true : undefined), {
    withinMs: WITHIN_MS,
    sentence: `That the books of ${id} are closed through ${through} was not read within a minute.`,
  });
  await inEffect({ company, api });
  writeFileSync(file, JSON.stringify(closed));
  world.progress.step(`${id}: a person closed the books through ${through}`);
  return closed;
}

/** Has QuickBooks apply a customer's money to their invoices by itself (quickbooks.md §9.7). */
export async function applyByItself(world: World, { company: { id } }: ConnectedCompany): Promise<void> {
  const preferences = { company: id, SalesFormsPrefs: { AutoApplyPayments: true } };
  if (await inQuickBooks(world, 'preferences', preferences))
    world.progress.step(`${id}: a person lets QuickBooks apply credits by itself`);
}

async function inQuickBooks({ config }: World, call: 'human' | 'preferences', body: object): Promise<boolean> {
  if (config.SANDBOX_ADMIN_URL === undefined) return false;
  const response = await fetch(`${config.SANDBOX_ADMIN_URL}/${call}`, { method: 'POST', body: JSON.stringify(body) });
  if (!response.ok) throw new DayStopped(`QuickBooks' own pages refused ${call}: ${await response.text()}`);
  return true;
}

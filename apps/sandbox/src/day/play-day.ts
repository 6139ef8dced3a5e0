import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BooksChoices } from '@qbo-sync/sandbox/books/choices';
import type { Baseline, Comparison } from '@qbo-sync/sandbox/books/compare';
import { type ExpectedBooks, expectBooks } from '@qbo-sync/sandbox/books/model';
import { PLAYED_COMPANIES } from '@qbo-sync/sandbox/runacall/companies';
import { PHASES, planDay } from '@qbo-sync/sandbox/runacall/day';
import { PublishedDay, type PublishedMessage } from '@qbo-sync/sandbox/runacall/published-day';
import { baselineOf, compare } from './compare-day';
import { configure, turnOn } from './configure';
import { connectCompanies } from './connect-companies';
import { openRunACall, publish } from './publish-day';
import { countStates, type DayResult, latencyOf, reportLines, surprisesOf } from './report';
import { readStandings, settle, type SettledEvent, standingOf } from './settle';
import type { World } from './world';
import { countWrites } from './writes';

/**
 * The field-service day, whole:
 *
 *   connect ─▶ tax rates ─▶ settings ─▶ sync on ─▶ the day ─▶ at rest ─▶ late acts ─▶ at rest ─▶ compare
 *
 * A second run goes the same way with the stored bytes; whatever is known by then stays as it is.
 */
export async function playDay(world: World): Promise<DayResult> {
  const { config, progress } = world;
  const stored = new PublishedDay(join(config.STATE_DIR, 'run-a-call'));
  const { seed, size } = stored.identify(() => ({ seed: config.SEED ?? randomBytes(4).toString('hex'), size: config.DAY_SIZE }));
  progress.step(`Run a Call plays a ${size} day from seed ${seed}`);
  const companies = await connectCompanies(world, PLAYED_COMPANIES);
  const isRepeat = stored.anchor !== undefined && stored.messages.length >= planDay(seed, stored.anchor, size).events.length;
  const writesBefore = await countWrites(world);
  const producer = await openRunACall(world);
  try {
    const unanchored = planDay(seed, stored.anchor ?? new Date().toISOString(), size);
    await publish(world, producer, unanchored, stored, ['rates']);
    const choices = new Map<string, BooksChoices>();
    for (const one of companies) choices.set(one.company.id, await configure(world, one));
    const baselines = new Map<string, Baseline>();
    for (const { company } of companies) baselines.set(company.id, await baselineOf(world, company.id));
    for (const one of companies) await turnOn(world, one);
    // Documents are dated on the day sync was switched on, or later.
    const plan = planDay(seed, stored.anchorAt(() => new Date().toISOString()), size);
    const expectedOf = (messages: readonly PublishedMessage[]): ExpectedBooks[] =>
      companies.map(({ company }) => expectBooks(company.id, messages, choices.get(company.id) as BooksChoices));

    const known = (await readStandings(companies, expectedOf(stored.messages))).filter(({ row }) => row !== undefined && isAtRest(row.state)).length;
    let events: SettledEvent[] = [];
    for (const phases of isRepeat ? [PHASES] : [['day'] as const, ['late'] as const]) {
      const sent = await publish(world, producer, plan, stored, phases);
      if (sent.length > 0) progress.step(`Published ${sent.length} messages`);
      events = await settle(world, companies, expectedOf(stored.messages));
    }
    progress.step(`All ${events.length} events are at rest`);

    const expected = expectedOf(stored.messages);
    const comparisons: Comparison[] = [];
    for (const books of expected) {
      comparisons.push(await compare(world, books, choices.get(books.tenant) as BooksChoices, baselines.get(books.tenant) as Baseline));
    }
    const writesAfter = await countWrites(world);
    const result = resultOf({ seed, size, anchor: stored.anchor ?? '', stored, known: isRepeat ? known : 0, events, comparisons });
    const counted = { ...result, writes: writesBefore === null || writesAfter === null ? null : writesAfter - writesBefore };
    writeFileSync(join(config.STATE_DIR, 'day-result.json'), JSON.stringify(counted, null, 2));
    for (const line of reportLines(counted)) progress.step(line);
    return counted;
  } finally {
    await producer.close();
  }
}

const isAtRest = (state: string): boolean => state !== 'sending' && state !== 'received';

function resultOf(day: {
  seed: string;
  size: string;
  anchor: string;
  stored: PublishedDay;
  known: number;
  events: readonly SettledEvent[];
  comparisons: readonly Comparison[];
}): Omit<DayResult, 'writes'> {
  const { seed, size, anchor, stored, known, events, comparisons } = day;
  const counts = countStates(events);
  const published = new Set(stored.messages.map(({ headers }) => headers['ce_id'])).size;
  return {
    seed,
    anchor,
    size,
    published,
    copies: stored.messages.length - published,
    known,
    ...counts,
    heldShare: counts.found.held / Math.max(1, events.length),
    surprises: surprisesOf(events),
    latency: latencyOf(events),
    comparisons,
    agreed: comparisons.every(({ differences }) => differences.length === 0) && events.every((event) => standingOf(event) === 'as predicted'),
  };
}

import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BooksChoices } from '@qbo-sync/sandbox/books/choices';
import type { Baseline } from '@qbo-sync/sandbox/books/compare';
import { type ExpectedBooks, expectBooks } from '@qbo-sync/sandbox/books/model';
import { withPayouts } from '@qbo-sync/sandbox/payouts/with-payouts';
import type { PersonalChoice } from '@qbo-sync/sandbox/runacall/company-day';
import { companiesOf, planDay, type PlannedDay } from '@qbo-sync/sandbox/runacall/day';
import type { Phase } from '@qbo-sync/sandbox/runacall/journal';
import { PublishedDay, type PublishedMessage } from '@qbo-sync/sandbox/runacall/published-day';
import { type AssignedNumbers, listenForNumbers } from './assigned-numbers';
import { applyByItself, closeBooks } from './bookkeeper';
import { baselineOf, compare } from './compare-day';
import { changeTiming, configure, turnOn } from './configure';
import { connectCompanies } from './connect-companies';
import { DAY_STEPS, type DayStep } from './day-config';
import { makeChoices } from './personal-choices';
import { playPayouts, tellAgain } from './play-payouts';
import { openRunACall, publish, type RunACall } from './publish-day';
import { dayResult, type DayResult, reportLines } from './report';
import { publishedAgain, replayAll } from './replay-day';
import { readStandings, settle, type SettledEvent } from './settle';
import type { ConnectedCompany, World } from './world';
import { countWrites } from './writes';

const CLOSE_WITHIN_MS = 10_000;

/** A company ready for its day: what its books were, and what its settings say. */
interface ReadyCompany extends ConnectedCompany {
  readonly choices: BooksChoices;
  readonly baseline: Baseline;
}

/**
 * The field-service day, whole:
 *
 *   connect ─▶ tax rates ─▶ settings ─▶ sync on ─▶ the day ─▶ at rest ─▶ late acts ─▶ at rest ─▶ payouts ─▶ compare
 *
 * A full day has every topic replayed at its end. A second run goes the same way with the stored bytes, and has every webhook
 * of Stripe told again; whatever is known by then stays as it is. `until` ends it sooner; then there is no result.
 */
export async function playDay(world: World, until: DayStep = 'compare'): Promise<DayResult | undefined> {
  const { config, progress } = world;
  const goesTo = (step: DayStep): boolean => DAY_STEPS.indexOf(until) >= DAY_STEPS.indexOf(step);
  const stored = new PublishedDay(join(config.STATE_DIR, 'run-a-call'));
  const identity = stored.identify(() => ({
    seed: config.SEED ?? randomBytes(4).toString('hex'),
    size: config.DAY_SIZE,
  }));
  progress.step(`Run a Call plays a ${identity.size} day from seed ${identity.seed}`);
  const connected = await connectCompanies(world, companiesOf(identity.size));
  if (!goesTo('configure')) return undefined;

  const writesBefore = await countWrites(world);
  const runACall = await openRunACall(world);
  const numbers = listenForNumbers(world);
  try {
    const planned = (anchor: string): PlannedDay => planDay(identity.seed, anchor, identity.size);
    const isRepeat = stored.anchor !== undefined && stored.messages.length >= planned(stored.anchor).events.length;
    const ready = await makeReady(world, runACall, stored, connected, isRepeat ? 'late' : 'day');
    if (!goesTo('activate')) return undefined;
    for (const one of ready) await turnOn(world, one);
    if (!goesTo('publish')) return undefined;
    // Documents are dated on the day sync was switched on, or later.
    const plan = planned(stored.anchorAt(() => new Date().toISOString()));
    let companies = isRepeat
      ? await Promise.all(ready.map(async (one) => decided(await closed(world, one, plan), plan)))
      : ready;
    const known = isRepeat ? await countKnown(companies, stored.messages) : 0;
    let events: SettledEvent[] = [];
    const atRest = async (): Promise<SettledEvent[]> => settle(world, companies, expectAll(companies, stored.messages));
    const waves: readonly (readonly Phase[])[] = isRepeat ? [['day', 'late']] : [['day'], ['late']];
    for (const phases of waves) {
      for (const one of companies) await changeTiming(world, one, phases.at(-1) ?? 'late');
      if (!isRepeat && phases.includes('late') && goesTo('settle')) {
        await hearNumbers(numbers, companies, stored.messages);
        companies = await Promise.all(companies.map((one) => closed(world, one, plan)));
        for (const one of companies) if (one.company.appliesByItself === true) await applyByItself(world, one);
      }
      const sent = await publish(world, runACall, plan, stored, phases, numbers.obey);
      progress.step(`Published ${sent.length} messages`);
      if (!goesTo('settle')) continue;
      await runACall.takenIn();
      events = await atRest();
      const phase = phases.at(-1) ?? 'late';
      companies = companies.map((one) => decided(one, plan, phase));
      const asked = isRepeat ? [] : companies.map((one) => ({ one, choices: choicesAfter(plan, one, phase) }));
      for (const { one, choices } of asked) await makeChoices(world, runACall, one, choices);
      if (asked.some(({ choices }) => choices.length > 0)) events = await atRest();
    }
    if (!goesTo('settle')) return undefined;
    const { messages } = stored;
    const ofRunACall = expectAll(companies, messages);
    const played = await playPayouts(world, runACall, { companies, size: identity.size, messages, books: ofRunACall });
    const toldAgain = isRepeat ? await tellAgain(world) : null;
    const expected = ofRunACall.map((books, index) =>
      withPayouts(books, played[index]?.payouts ?? [], played[index]?.disputes),
    );
    if (played.length > 0) events = await settle(world, companies, expected);
    if (!goesTo('compare')) return undefined;

    const compared = await Promise.all(
      expected.map((books, index) => compare(world, books, { ...at(companies, index), played: played[index] })),
    );
    const replayed = isRepeat || identity.size === 'short' ? [] : [await replayAll(world, runACall, stored.messages)];
    const writesAfter = await countWrites(world);
    const writes = writesBefore === null || writesAfter === null ? null : writesAfter - writesBefore;
    const result = dayResult({
      identity: stored.identify(() => identity),
      messages: stored.messages,
      known,
      writes,
      events,
      compared,
      companies,
      played,
      toldAgain,
      replayed: isRepeat ? [publishedAgain({ messages, known, writes })] : replayed,
    });
    writeFileSync(join(config.STATE_DIR, 'day-result.json'), JSON.stringify(result, null, 2));
    for (const line of reportLines(result)) progress.step(line);
    return result;
  } finally {
    // Brokers that were killed meanwhile may never answer a goodbye.
    const closed = Promise.allSettled([numbers.close(), runACall.close()]);
    await Promise.race([closed, sleep(CLOSE_WITHIN_MS, undefined, { ref: false })]);
  }
}

/** Publishes the tax rates, saves the settings, notes what the books hold. */
async function makeReady(
  world: World,
  runACall: RunACall,
  stored: PublishedDay,
  connected: readonly ConnectedCompany[],
  phase: Phase,
): Promise<ReadyCompany[]> {
  const { seed, size, anchor } = stored.identify(() => ({ seed: '', size: 'full' }));
  await publish(world, runACall, planDay(seed, anchor ?? new Date().toISOString(), size), stored, ['rates']);
  const ready: ReadyCompany[] = [];
  for (const one of connected) {
    const choices = await configure(world, one, phase);
    ready.push({ ...one, choices, baseline: await baselineOf(world, one.company.id) });
  }
  return ready;
}

/** Run a Call has been told the numbers of the invoices that QuickBooks numbers. */
async function hearNumbers(
  numbers: AssignedNumbers,
  companies: readonly ReadyCompany[],
  messages: readonly PublishedMessage[],
): Promise<void> {
  for (const { company, choices } of companies.filter((one) => one.company.numbers === 'quickbooks')) {
    const { said } = expectBooks(company.id, messages, choices);
    await numbers.heard(
      company.id,
      said.invoices.map(({ id }) => id),
    );
  }
}

/** The company once its books are closed, if it closes them. */
async function closed(world: World, one: ReadyCompany, { monthEnds }: PlannedDay): Promise<ReadyCompany> {
  if (one.company.closesBooks !== true) return one;
  const books = await closeBooks(world, one, monthEnds[one.company.id] ?? '');
  return books === undefined ? one : { ...one, choices: { ...one.choices, closed: books } };
}

const choicesAfter = ({ choices }: PlannedDay, { company }: ReadyCompany, after: Phase): readonly PersonalChoice[] =>
  (choices[company.id] ?? []).filter(({ phase }) => phase === after);

/** The company once its people have chosen after a phase, and its books are looked at for the month's end too. */
function decided(one: ReadyCompany, { choices, monthEnds }: PlannedDay, after: Phase = 'late'): ReadyCompany {
  const { id } = one.company;
  const made = (choices[id] ?? []).filter(({ phase }) => after === 'late' || phase === after);
  const chosen = Object.fromEntries(made.map(({ ref, choice }) => [ref, choice]));
  return { ...one, choices: { ...one.choices, chosen, monthEnd: monthEnds[id] ?? '' } };
}

const expectAll = (companies: readonly ReadyCompany[], messages: readonly PublishedMessage[]): ExpectedBooks[] =>
  companies.map(({ company, choices }) => expectBooks(company.id, messages, choices));

/** Events that the log knows and that rest already. */
async function countKnown(companies: readonly ReadyCompany[], messages: readonly PublishedMessage[]): Promise<number> {
  const standings = await readStandings(companies, expectAll(companies, messages));
  return standings.filter(({ row }) => row !== undefined && row.state !== 'sending').length;
}

function at<T>(list: readonly T[], index: number): T {
  const found = list[index];
  if (found === undefined) throw new Error(`Nothing at ${index}`);
  return found;
}

import type { Database } from '@qbo-sync/eventstore/pool';
import { inTransaction } from '@qbo-sync/eventstore/transaction';
import { daysToMake, tablesToDrop, type AnswerTable } from './decide/answer-days';
import {
  createAnswerDay,
  dropAnswerTable,
  dropBodies,
  dropBytes,
  hasUnpublishedBefore,
  selectAnswerTables,
  tryLockHouse,
} from './sql/answer-days';

/** What was done, by the tables' names. */
export interface Kept {
  readonly made: readonly string[];
  readonly dropped: readonly string[];
}

/** Answers whose requests' bodies go in one statement. */
const STRETCH = 2_000;
const HOUR_MS = 3_600_000;
/** What was there before answers were kept by day begins somewhere; attempts are looked for so far back. */
const MOST_HOURS = 24 * 3;

/**
 * Looks after the answers' tables: days ahead are made, days older than `keptDays` go, and with them the bodies of the
 * requests they answered and the bytes that were sent for them. Links, and who asked for what under which requestid, stay
 * for ever. Any number of processes may call it: one does it.
 */
export async function keepHouse(db: Database, now: Date, keptDays: number): Promise<Kept> {
  const made: string[] = [];
  for (const day of daysToMake(await selectAnswerTables(db), now)) {
    const isMade = await inTransaction(db, async (client) => {
      if (!(await tryLockHouse(client))) return false;
      if ((await selectAnswerTables(client)).some(({ name }) => name === day.name)) return false;
      await createAnswerDay(client, day);
      return true;
    });
    if (isMade) made.push(day.name);
  }
  const dropped: string[] = [];
  for (const table of tablesToDrop(await selectAnswerTables(db), now, keptDays)) {
    if (await drop(db, table)) dropped.push(table.name);
  }
  return { made, dropped };
}

/** Bodies first: killed in between, it is done again. */
async function drop(db: Database, { name, until }: AnswerTable): Promise<boolean> {
  if (await hasUnpublishedBefore(db, until)) return false;
  for (let last: string | null = '0'; last !== null;) last = await dropBodies(db, name, last, STRETCH);
  for (let hour = 1; hour <= MOST_HOURS; hour += 1) {
    const from = new Date(until.getTime() - hour * HOUR_MS);
    await dropBytes(db, from, new Date(from.getTime() + HOUR_MS));
  }
  return inTransaction(db, async (client) => {
    if (!(await tryLockHouse(client))) return false;
    if (!(await selectAnswerTables(client)).some((table) => table.name === name)) return false;
    await dropAnswerTable(client, name);
    return true;
  });
}

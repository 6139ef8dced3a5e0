import { until } from '@qbo-sync/testkit/until';
import type { World } from './world';

const READ_WITHIN_MS = 60_000;

/** What must hold, said as a value: every sentence is a violation. */
export class Violations {
  readonly found: string[] = [];

  hold(holds: boolean, otherwise: string): void {
    if (!holds) this.found.push(otherwise);
  }
}

/**
 * 0 lost, 0 twice, over requests that have settled: each is answered `synced`, each record is in QuickBooks once by one
 * create, nothing is left open, and every partition is accounted for to its end (reliability.md §5 I1, I2, I5).
 */
export async function nothingLostNothingTwice(world: World, refs: readonly string[], is: Violations): Promise<void> {
  await readToItsEnd(world, is);
  for (const ref of refs) {
    const outcomes = new Set(world.answers.filter((answer) => answer.ref === ref).map(({ outcome }) => outcome));
    is.hold(
      outcomes.size === 1 && outcomes.has('synced'),
      `${ref} was answered ${[...outcomes].join(', ') || 'nothing'}`,
    );
  }
  const ids = new Set(
    world.answers.map(({ tenant, ref, quickbooksId }) => `${tenant} ${ref.split(':')[0]}/${quickbooksId ?? ''}`),
  );
  is.hold(ids.size === refs.length, `${refs.length} records have ${ids.size} ids in QuickBooks`);
  const creates = (await world.writes()).filter(({ operation }) => operation === 'create');
  is.hold(creates.length === refs.length, `${creates.length} creates in the books for ${refs.length} records`);
  const { duplicates } = await world.admin<{ duplicates: unknown[] }>('GET', 'duplicates');
  is.hold(duplicates.length === 0, `twice in the books: ${JSON.stringify(duplicates)}`);
  is.hold((await world.openAttempts()) === 0, 'an attempt is still open');
  const answered = await world.count('answer');
  is.hold(answered === refs.length, `${answered} answers stored for ${refs.length} requests`);
}

/** What was sent a second time may still be on its way when all is answered, and must do nothing when it comes. */
async function readToItsEnd(world: World, is: Violations): Promise<void> {
  const behind = async (): Promise<string[]> =>
    (await world.offsets()).flatMap(({ stored, end }) => (stored === end ? [] : [`${stored} of ${end}`]));
  await until(async () => (await behind()).length === 0, { timeoutMs: READ_WITHIN_MS, everyMs: 50 }).catch(() => null);
  for (const place of await behind()) is.hold(false, `a partition stands at ${place}`);
}

import type { World } from './world';

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
  for (const { stored, end } of await world.offsets())
    is.hold(stored === end, `a partition stands at ${stored} of ${end}`);
}

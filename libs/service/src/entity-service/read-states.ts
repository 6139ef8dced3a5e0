import type { SyncSettings } from '@qbo-sync/contracts/sync/settings';
import type { Client } from '@qbo-sync/eventstore/pool';
import { readSettings } from '@qbo-sync/eventstore/settings';
import { loadEvents, streamId } from '@qbo-sync/eventstore/streams';
import type { EntityFunctions } from './definition';

type Reader = Pick<Client, 'query'>;

/** Streams of a company as they stand, by ref, for what the internal API shows; one without events is absent. */
export async function readStates(
  database: Reader,
  { evolve, initial }: Pick<EntityFunctions, 'evolve' | 'initial'>,
  tenant: string,
  refs: readonly string[],
): Promise<ReadonlyMap<string, unknown>> {
  const streams = await loadEvents(
    database,
    refs.map((ref) => ({ tenant, ref })),
  );
  const states = new Map<string, unknown>();
  for (const ref of refs) {
    const events = streams.get(streamId({ tenant, ref }));
    if (events === undefined) continue;
    states.set(
      ref,
      events.reduce<unknown>((state, event) => evolve(state, event), initial(tenant, ref)),
    );
  }
  return states;
}

/** A company's settings as this service has read them; null: none have arrived. */
export async function settingsOf(database: Reader, tenant: string): Promise<SyncSettings | null> {
  return ((await readSettings(database, [tenant])).get(tenant)?.document ?? null) as SyncSettings | null;
}

import type { Database } from '@qbo-sync/eventstore/pool';
import { resealAll } from '@qbo-sync/gateway/tokens/resealing';
import { Rounds } from '@qbo-sync/gateway/rounds';
import { readKeyRing, type Vault } from '@qbo-sync/gateway/tokens/vault';
import type { Log } from '@qbo-sync/service/log';

const EVERY_MS = 60_000;

/** Reads the key ring's file again now and then and seals anew what another key sealed: keys rotate without a restart. */
export function keyKeeper(db: Database, vault: Vault, file: string, log: Log): Rounds {
  return new Rounds({
    everyMs: EVERY_MS,
    round: async () => {
      vault.use(readKeyRing(file));
      const count = await resealAll(db, vault);
      if (count > 0) log.info({ count }, 'sealed anew');
    },
    // The ring of before stays in use.
    onError: (err) => log.warn({ err }, 'could not look after the keys'),
  });
}

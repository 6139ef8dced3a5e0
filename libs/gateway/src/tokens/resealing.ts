import type { Database } from '@qbo-sync/eventstore/pool';
import { selectSealedByOthers, updateSealed, type CompanyRow, type SealedTexts } from '../sql/companies';
import { selectRevocationsByOthers, updateRevocationSealed } from '../sql/revocations';
import type { Vault } from './vault';

const BATCH = 200;

/**
 * Seals by the current key what another key of the ring has sealed, so that the old one can be taken off:
 *
 *   1 every replica's ring gets the new key    2 it becomes `current`    3 this, until it answers 0    4 the old key goes
 *
 * Each company is one compare-and-swap: whoever refreshes its tokens meanwhile wins, and has sealed them anew anyway.
 * Ends in any place and goes on from there. Answers how many companies it sealed anew.
 */
export async function resealAll(db: Database, vault: Vault): Promise<number> {
  await resealRevocations(db, vault);
  let sealed = 0;
  for (;;) {
    const companies = await selectSealedByOthers(db, vault.current, BATCH);
    if (companies.length === 0) return sealed;
    let done = 0;
    for (const company of companies) if (await reseal(db, vault, company)) done += 1;
    sealed += done;
    if (done === 0) return sealed;
  }
}

async function resealRevocations(db: Database, vault: Vault): Promise<void> {
  for (;;) {
    const others = await selectRevocationsByOthers(db, vault.current, BATCH);
    for (const { id, tenant, refreshSealed } of others) {
      await updateRevocationSealed(db, id, vault.reseal(refreshSealed, { tenant, column: 'refresh' }));
    }
    if (others.length < BATCH) return;
  }
}

function reseal(db: Database, vault: Vault, company: CompanyRow): Promise<boolean> {
  const { tenant } = company;
  const anew = (sealed: string | null, column: string): string | null =>
    sealed === null ? null : vault.reseal(sealed, { tenant, column });
  const realmSealed = vault.reseal(company.realmSealed, { tenant, column: 'realm' });
  const texts: SealedTexts = {
    realmSealed,
    accessSealed: anew(company.accessSealed, 'access'),
    refreshSealed: anew(company.refreshSealed, 'refresh'),
    previousSealed: anew(company.previousSealed, 'refresh'),
  };
  const realmHmacs = vault.lookups(vault.open(realmSealed, { tenant, column: 'realm' }));
  return updateSealed(db, company, texts, realmHmacs);
}

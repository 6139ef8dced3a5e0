import type { Database } from '@qbo-sync/eventstore/pool';
import { selectDeliveriesByOthers, updateDeliveriesSealed } from '../feed/sql-webhooks';
import { selectSealedByOthers, type CompanyRow } from '../sql/companies';
import { updateSealed, type SealedTexts } from '../sql/company-tokens';
import { selectOfferedByOthers, updateOfferedSealed, type OfferedTexts } from '../sql/connecting';
import { selectRevocationsByOthers, updateRevocationSealed } from '../sql/revocations';
import type { Vault } from './vault';

const BATCH = 200;

/**
 * Seals by the current key what another key of the ring has sealed, so that the old one can be taken off:
 *
 *   1 every replica's ring gets the new key    2 it becomes `current`    3 this, until it answers 0    4 the old key goes
 *
 * Everything that is sealed: companies' tokens and realms, grants of tries to connect that a person may still choose,
 * grants that are to end, webhook bodies. Tokens are a compare-and-swap: whoever writes them meanwhile wins, and has
 * sealed them anew anyway. Ends in any place and goes on from there. Answers how many rows it sealed anew.
 */
export async function resealAll(db: Database, vault: Vault): Promise<number> {
  const companies = await allOf(() => resealCompanies(db, vault));
  const offers = await allOf(() => resealOffers(db, vault));
  const revocations = await allOf(() => resealRevocations(db, vault));
  const deliveries = await allOf(() => resealDeliveries(db, vault));
  return companies + offers + revocations + deliveries;
}

/** Batch after batch, until nothing is left or nothing of it can be done now. */
async function allOf(batch: () => Promise<number>): Promise<number> {
  let sealed = 0;
  for (;;) {
    const done = await batch();
    if (done === 0) return sealed;
    sealed += done;
  }
}

async function resealCompanies(db: Database, vault: Vault): Promise<number> {
  let done = 0;
  for (const company of await selectSealedByOthers(db, vault.current, BATCH)) {
    if (await resealCompany(db, vault, company)) done += 1;
  }
  return done;
}

function resealCompany(db: Database, vault: Vault, company: CompanyRow): Promise<boolean> {
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
  return updateSealed(db, company, texts, lookupsOf(vault, tenant, realmSealed));
}

async function resealOffers(db: Database, vault: Vault): Promise<number> {
  let done = 0;
  for (const offered of await selectOfferedByOthers(db, vault.current, BATCH)) {
    const { tenant } = offered;
    const realmSealed = vault.reseal(offered.realmSealed, { tenant, column: 'realm' });
    const anew: OfferedTexts = {
      tenant,
      realmSealed,
      realmHmacs: lookupsOf(vault, tenant, realmSealed),
      accessSealed: vault.reseal(offered.accessSealed, { tenant, column: 'access' }),
      refreshSealed: vault.reseal(offered.refreshSealed, { tenant, column: 'refresh' }),
    };
    if (await updateOfferedSealed(db, offered, anew)) done += 1;
  }
  return done;
}

async function resealRevocations(db: Database, vault: Vault): Promise<number> {
  const others = await selectRevocationsByOthers(db, vault.current, BATCH);
  for (const { id, tenant, refreshSealed } of others) {
    await updateRevocationSealed(db, id, vault.reseal(refreshSealed, { tenant, column: 'refresh' }));
  }
  return others.length;
}

async function resealDeliveries(db: Database, vault: Vault): Promise<number> {
  const others = await selectDeliveriesByOthers(db, vault.current, BATCH);
  const anew = others.map(({ hash, sealed }) => ({
    hash,
    sealed: vault.reseal(sealed, { tenant: hash, column: 'webhook' }),
  }));
  if (anew.length > 0) await updateDeliveriesSealed(db, anew);
  return anew.length;
}

function lookupsOf(vault: Vault, tenant: string, realmSealed: string): string[] {
  return vault.lookups(vault.open(realmSealed, { tenant, column: 'realm' }));
}

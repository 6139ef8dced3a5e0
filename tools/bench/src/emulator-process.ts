import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CompanySeed } from '@qbo-sync/sandbox/quickbooks/emulator';
import { SeedWriter } from '@qbo-sync/sandbox/quickbooks/seeds/seed-writer';
import { startQuickBooks } from '@qbo-sync/sandbox/quickbooks/start-quickbooks';
import { grantLine, realmOf } from './grants';

/** Companies that have nothing but their name, each with a grant of its own: `node emulator-process.js <companies>`; tells its parent where it listens. */
function companies(count: number): CompanySeed[] {
  return Array.from({ length: count }, (_, n) => ({
    profile: {
      key: `bench-${n}`,
      realmId: realmOf(n).realmId,
      name: `Company ${n}`,
      country: 'US',
      currency: 'USD',
      state: 'TX',
    },
    fill: (draft) => {
      const seed = new SeedWriter(draft);
      seed.companyInfo(draft.company.profile, { Line1: '1 Main Street', City: 'Austin', PostalCode: '78701' });
      seed.preferences(draft.company.profile, { sales: {}, tax: { UsingSalesTax: false } });
    },
  }));
}

async function main(): Promise<void> {
  const count = Number(process.argv[2]);
  const folder = mkdtempSync(join(tmpdir(), 'qbo-sync-bench-'));
  const journal = join(folder, 'journal');
  const now = Date.now();
  writeFileSync(journal, Array.from({ length: count }, (_, n) => `${grantLine(n, now)}\n`).join(''), { mode: 0o600 });
  const { url, authorizeUrl, tokenUrl, revokeUrl, adminUrl, close } = await startQuickBooks({
    port: 0,
    journalFile: journal,
    companies: companies(count),
    settings: { latencyMs: { from: 0, to: 0 } },
  });
  process.once('disconnect', () => {
    void close().then(() => rmSync(folder, { recursive: true }));
  });
  process.send?.({ url, authorizeUrl, tokenUrl, revokeUrl, adminUrl });
}

main().catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exitCode = 1;
  process.disconnect();
});

import type { Postings } from '@qbo-sync/mapping/context.fixtures';
import { at, type Rig } from '@qbo-sync/sandbox/quickbooks/spec-rig';

/** What a document posted in the emulated books. */
export async function postingsOf(rig: Rig, company: string, resource: string, id: string): Promise<Postings> {
  const { documents } = await rig.admin('GET', `postings?company=${company}&document=${resource}/${id}`);
  const lines = (at(documents, 0, 'lines') ?? []) as unknown as readonly { name: string; amount: string }[];
  const sums = new Map<string, bigint>();
  for (const { name, amount } of lines) {
    const account = nameOf(name);
    sums.set(account, (sums.get(account) ?? 0n) + BigInt(amount.replace('.', '')));
  }
  return Object.fromEntries([...sums].filter(([, sum]) => sum !== 0n).map(([name, sum]) => [name, money(sum)]));
}

/** Receivables and sales tax are called otherwise in each country, and by each agency. */
function nameOf(account: string): string {
  if (/Receivable|Debtors/.test(account)) return 'AR';
  return account !== 'Tips payable' && /Payable$|VAT Control/.test(account) ? 'Tax' : account;
}

const money = (cents: bigint): string => {
  const digits = `${cents < 0n ? -cents : cents}`.padStart(3, '0');
  return `${cents < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
};

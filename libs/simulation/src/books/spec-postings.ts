import { at, type Rig } from '@qbo-sync/sandbox/quickbooks/spec-rig';

/** What a document posted in the emulated books: debits less credits, by account; the company's receivables are `AR`. */
export async function postingsOf(
  rig: Rig,
  company: string,
  resource: string,
  id: string,
): Promise<Readonly<Record<string, string>>> {
  const { documents } = await rig.admin('GET', `postings?company=${company}&document=${resource}/${id}`);
  const lines = (at(documents, 0, 'lines') ?? []) as unknown as readonly { name: string; amount: string }[];
  const sums = new Map<string, bigint>();
  for (const { name, amount } of lines) {
    const account = /Receivable|Debtors/.test(name) ? 'AR' : name;
    sums.set(account, (sums.get(account) ?? 0n) + BigInt(amount.replace('.', '')));
  }
  return Object.fromEntries([...sums].filter(([, sum]) => sum !== 0n).map(([name, sum]) => [name, money(sum)]));
}

const money = (cents: bigint): string => {
  const digits = `${cents < 0n ? -cents : cents}`.padStart(3, '0');
  return `${cents < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
};

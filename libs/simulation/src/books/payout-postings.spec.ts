import type { TextObject } from '@qbo-sync/contracts/exact-json';
import { PAYOUT_CASES, recordsOf } from '@qbo-sync/mapping/payout-cases.fixtures';
import { Rig } from '@qbo-sync/sandbox/quickbooks/spec-rig';
import { postingsOf } from './spec-postings';

/**
 * Every payout of the mapping's table is sent to the emulated QuickBooks, and must post there what the table says
 * (postings.md §10). What it links out of Undeposited Funds is put there before.
 */
interface Books {
  readonly rig: Rig;
  readonly company: 'us-auto' | 'uk-vat';
  readonly customer: string;
  readonly item: string;
  /** By the ids of the table. */
  readonly accounts: Readonly<Record<string, string>>;
}

async function openBooks(company: Books['company']): Promise<Books> {
  const rig = await Rig.open(company);
  const account = async (Name: string, AccountType: string, AccountSubType: string): Promise<string> => {
    const [there] = await rig.rows(`select * from Account where Name = '${Name}'`);
    return String((there ?? (await rig.make('Account', { Name, AccountType, AccountSubType })))['Id']);
  };
  const [undeposited] = await rig.rows(`select * from Account where AccountSubType = 'UndepositedFunds'`);
  const accounts = {
    '4': String(undeposited?.['Id']),
    '35': await account('Checking', 'Bank', 'Checking'),
    '77': await account('Other income', 'Other Income', 'OtherMiscellaneousIncome'),
    '91': await account('Stripe clearing', 'Other Current Asset', 'OtherCurrentAssets'),
    '92': await account('Stripe fees', 'Expense', 'BankCharges'),
    '93': await account('Stripe disputes', 'Expense', 'OtherMiscellaneousServiceCost'),
  };
  await rig.admin('POST', 'switches', { company, warnDuplicateNumbers: false });
  const customer = String((await rig.make('Customer', { DisplayName: 'Dana Ruiz' }))['Id']);
  const IncomeAccountRef = { value: accounts['77'] };
  const item =
    company === 'uk-vat' ? '' : await rig.make('Item', { Name: 'Labour', Type: 'Service', IncomeAccountRef });
  return { rig, company, customer, accounts, item: item === '' ? '' : String(item['Id']) };
}

interface Link {
  readonly Amount: number;
  readonly LinkedTxn?: readonly { readonly TxnType: string; readonly TxnId: { readonly $ref: string } }[];
}

/** Puts a record of the amount into Undeposited Funds. */
function intoFunds({ rig, customer, item, accounts }: Books, type: string, amount: number): Promise<TextObject> {
  const CustomerRef = { value: customer };
  const DepositToAccountRef = { value: accounts['4'] };
  if (type === 'Payment') return rig.make('Payment', { CustomerRef, DepositToAccountRef, TotalAmt: amount });
  if (type === 'RefundReceipt') {
    const detail = { ItemRef: { value: item }, Qty: 1, UnitPrice: -amount, TaxCodeRef: { value: 'NON' } };
    const line = { Amount: -amount, DetailType: 'SalesItemLineDetail', SalesItemLineDetail: detail };
    return rig.make('RefundReceipt', { CustomerRef, DepositToAccountRef, Line: [line] });
  }
  const side = (PostingType: string, account: string | undefined) => ({
    ...{ Amount: -amount, DetailType: 'JournalEntryLineDetail' },
    JournalEntryLineDetail: { PostingType, AccountRef: { value: account } },
  });
  return rig.make('JournalEntry', { Line: [side('Debit', accounts['91']), side('Credit', accounts['4'])] });
}

/** The body with ids of these books, as the gateway puts them in. */
function withIds({ customer, accounts }: Books, body: string, made: ReadonlyMap<string, TextObject>): string {
  const of = (ref: string, path: string): string => {
    const [, index, field = ''] = /^Line\.(\d+)\.(\w+)$/.exec(path) ?? [];
    const record = made.get(ref);
    const lines = (record?.['Line'] ?? []) as readonly TextObject[];
    return JSON.stringify(index === undefined ? (record?.[path] ?? `no id of ${ref}`) : lines[Number(index)]?.[field]);
  };
  return body
    .replace(/\{"\$ref":"[^"]+","at":"CustomerRef.value"\}/g, JSON.stringify(customer))
    .replace(/\{"\$ref":"([^"]+)"(?:,"at":"([^"]+)")?\}/g, (_all, ref: string, path = 'Id') => of(ref, path))
    .replace(/("(?:DepositTo)?AccountRef":\{"value":)"(\d+)"/g, (_all, head: string, id: string) => {
      return `${head}${JSON.stringify(accounts[id])}`;
    });
}

describe.each(['us-auto', 'uk-vat'] as const)('payouts in the books of %s', (company) => {
  let books: Books;
  beforeAll(async () => {
    books = await openBooks(company);
  });
  afterAll(() => books.rig.close());

  const cases = PAYOUT_CASES.filter(({ ctx }) => (ctx.profile.country === 'GB') === (company === 'uk-vat'));

  test.each(cases)('§$section $says', async (one) => {
    const { rig } = books;
    const made = new Map<string, TextObject>();
    const posted: Readonly<Record<string, string>>[] = [];
    for (const { resource, how, body, expect: answered } of recordsOf(one)) {
      const lines = (JSON.parse(body) as { readonly Line: readonly Link[] }).Line;
      for (const { Amount, LinkedTxn: [link] = [] } of lines) {
        const ref = link?.TxnId.$ref;
        if (link !== undefined && ref !== undefined && !made.has(ref))
          made.set(ref, await intoFunds(books, link.TxnType, Amount));
      }
      const answer = await rig.call('POST', how.path, withIds(books, body, made));
      expect({ status: answer.status, fault: answer.json['Fault'] }).toEqual({ status: 200, fault: undefined });
      const record = answer.json[resource] as TextObject;
      if (answered['TotalAmt'] !== undefined) expect(record['TotalAmt']).toBe(answered['TotalAmt']);
      made.set(`payout:${one.payout.id}`, record);
      posted.push(await postingsOf(rig, company, resource, String(record['Id'])));
    }
    expect(posted).toEqual(one.records.map(({ posts }) => posts));
  });
});

import type { TextObject } from '@qbo-sync/contracts/exact-json';
import { valueAt } from '@qbo-sync/entities/sync/compare';
import type { MappingContext } from '@qbo-sync/mapping/document';
import { Rig } from '@qbo-sync/sandbox/quickbooks/spec-rig';

/** The emulated company of each tax regime. */
export type Regime = 'us-auto' | 'us-manual' | 'uk-vat';

export const regimeOf = ({ profile }: MappingContext): Regime =>
  profile.country === 'GB' ? 'uk-vat' : profile.taxMode === 'manual_us' ? 'us-manual' : 'us-auto';

/** Percentages of the fixtures' own codes; those of the books are found by their name. */
const CODES = { '5': '8.25', '7': '9.5', '44': '12.5', 'tax-code:12.5': '12.5' } as const;
const UK_CODES = { '6': '20.0% S', '7': '5.0% R', '10': 'No VAT' } as const;

/** Accounts of the fixtures, by their ids there; in the books they are found by name, else made. */
const ACCOUNTS = {
  '35': ['Checking', 'Bank', 'Checking'],
  '77': ['Other income', 'Other Income', 'OtherMiscellaneousIncome'],
  '79': ['Service revenue', 'Income', 'ServiceFeeIncome'],
  '82': ['Equipment', 'Income', 'SalesOfProductIncome'],
  '83': ['Memberships', 'Income', 'ServiceFeeIncome'],
  '86': ['Discounts given', 'Income', 'DiscountsRefundsGiven'],
  '91': ['Stripe clearing', 'Other Current Asset', 'OtherCurrentAssets'],
  '92': ['Stripe fees', 'Expense', 'BankCharges'],
  '93': ['Stripe disputes', 'Expense', 'OtherMiscellaneousServiceCost'],
  '95': ['Tips payable', 'Other Current Liability', 'OtherCurrentLiabilities'],
} as const;

/** Items that refund receipts name by the id they have in QuickBooks: all of Service revenue but the tip. */
const TIP_ITEM = '20';

export interface Books {
  readonly rig: Rig;
  readonly company: Regime;
  /** Dana Ruiz. */
  readonly customer: string;
  /** Their ids in the books, by those of the fixtures. */
  readonly accounts: Readonly<Record<string, string>>;
  readonly codes: Readonly<Record<string, string>>;
  /** Records of the books by ref; what a body refers to beside these is made when it is met. */
  readonly made: Map<string, TextObject>;
}

export async function openBooks(company: Regime): Promise<Books> {
  const rig = await Rig.open(company);
  await rig.admin('POST', 'switches', { company, warnDuplicateNumbers: false });
  const first = async (where: string): Promise<string> => {
    const [account] = await rig.rows(`select * from Account where ${where}`);
    return String(account?.['Id']);
  };
  const accounts: Record<string, string> = {
    '4': await first(`AccountSubType = 'UndepositedFunds'`),
    '84': await first(`AccountType = 'Accounts Receivable'`),
  };
  for (const [id, [Name, AccountType, AccountSubType]] of Object.entries(ACCOUNTS)) {
    const [there] = await rig.rows(`select * from Account where Name = '${Name}'`);
    accounts[id] = String((there ?? (await rig.make('Account', { Name, AccountType, AccountSubType })))['Id']);
  }
  const customer = String((await rig.make('Customer', { DisplayName: 'Dana Ruiz' }))['Id']);
  return { rig, company, customer, accounts, codes: await codesIn(rig, company), made: new Map() };
}

async function codesIn(rig: Rig, company: Regime): Promise<Record<string, string>> {
  const [agency] = await rig.rows('select * from TaxAgency');
  const TaxAgencyId = String(agency?.['Id']);
  const codes: Record<string, string> = {};
  for (const [key, RateValue] of Object.entries(CODES)) {
    const name = `Code ${key.replace(':', ' ')}`;
    const rate = { TaxRateName: name, RateValue, TaxAgencyId, TaxApplicableOn: 'Sales' };
    const { json } = await rig.call('POST', 'taxservice/taxcode', { TaxCode: name, TaxRateDetails: [rate] });
    codes[key] = String(json['TaxCodeId']);
  }
  if (company !== 'uk-vat') return codes;
  for (const [key, name] of Object.entries(UK_CODES)) codes[key] = await rig.idOf('TaxCode', 'Name', name);
  return codes;
}

const REFERENCE = /\{"\$ref":"([^"]+)"(?:,"at":"([^"]+)")?\}/g;

/** The body with ids of these books, as the gateway puts them in. */
export async function withIds(books: Books, body: string): Promise<string> {
  const { accounts, codes, customer, made } = books;
  const own = body.replace(/("ItemRef":\{"value":)"(\d+)"/g, '$1{"$$ref":"item:$2"}');
  for (const [, ref = '', at] of own.matchAll(REFERENCE)) if (at === undefined) await make(books, ref);
  const id = (value: string | undefined): string => JSON.stringify(value ?? 'unknown');
  const named = (ids: Readonly<Record<string, string>>) => (_all: string, head: string, key: string) =>
    head + id(ids[key]);
  return own
    .replace(/("(?:DepositTo|Discount)?AccountRef":\{"value":)"(\d+)"/g, named(accounts))
    .replace(/("(?:TxnTaxCodeRef|TaxCodeRef)":\{"value":)"(\d+)"/g, named(codes))
    .replace(REFERENCE, (_all, ref: string, at = 'Id') => {
      const record = made.get(ref);
      if (record === undefined) return id(at === 'CustomerRef.value' ? customer : codes[ref]);
      return id(valueAt(record, at));
    })
    .replace(/,"TaxLine":\[.*?\}\}\]/, '')
    .replace(/"CustomField":\[.*?\],/, '');
}

/** A customer, an item or a payment method that is referred to for the first time. */
async function make({ rig, company, customer, accounts, made }: Books, ref: string): Promise<void> {
  if (made.has(ref)) return;
  const Name = ref.replaceAll(':', ' ');
  if (ref === 'customer:cus_88') made.set(ref, { Id: customer });
  else if (ref.startsWith('customer:')) made.set(ref, await rig.make('Customer', { DisplayName: Name }));
  else if (ref.startsWith('payment-method:')) made.set(ref, await rig.make('PaymentMethod', { Name }));
  else if (ref.startsWith('item:')) {
    const account = ref === `item:${TIP_ITEM}` ? '95' : (/^item:helper\.\w+\.(\d+)$/.exec(ref)?.[1] ?? '79');
    const cost = { ExpenseAccountRef: { value: await rig.idOf('Account', 'Name', 'Cost of sales') } };
    made.set(
      ref,
      await rig.make('Item', {
        ...{ Name, Type: 'Service', IncomeAccountRef: { value: accounts[account] } },
        ...(company === 'uk-vat' ? cost : {}),
      }),
    );
  }
}

/** Sends what was mapped; QuickBooks must take it. A ref that was made before is updated. */
export async function send(
  books: Books,
  ref: string,
  { resource, path, body }: { readonly resource: string; readonly path: string; readonly body: string },
): Promise<TextObject> {
  const known = books.made.get(ref);
  const { Id, SyncToken } = known ?? {};
  const again = known === undefined ? '' : `"Id":"${String(Id)}","SyncToken":"${String(SyncToken)}","sparse":true`;
  const sent = await withIds(books, body);
  const joined = again === '' ? sent : `{${again}${sent === '{}' ? '' : ','}${sent.slice(1)}`;
  const answer = await books.rig.call('POST', path, joined);
  if (answer.status !== 200 || answer.json['Fault'] !== undefined)
    throw new Error(`${ref}: ${answer.status} ${answer.text}`);
  const record = answer.json[resource] as TextObject;
  books.made.set(ref, record);
  return record;
}

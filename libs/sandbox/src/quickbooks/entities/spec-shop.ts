import type { TextObject } from '@qbo-sync/contracts/exact-json';
import { at, Rig, type Answer } from '../spec-rig';

/** A connected company with a customer in Austin (or Bristol) and one item, for specs of documents. */
export interface Shop {
  rig: Rig;
  customer: string;
  item: string;
  /** The item's income account. */
  income: string;
  /** `header` replaces properties of the smallest body, as JSON text. */
  tryInvoice(lines: string, header?: string, query?: string): Promise<Answer>;
  invoice(lines: string, header?: string): Promise<TextObject>;
  /** What a document posted, by account name: debits positive. */
  posted(document: string): Promise<Record<string, string>>;
  account(name: string, type: string, subType?: string): Promise<string>;
}

export async function openShop(company: 'us-auto' | 'uk-vat'): Promise<Shop> {
  const rig = await Rig.open(company);
  const american = company === 'us-auto';
  const income = await rig.idOf('Account', 'Name', american ? 'Services' : 'Sales');
  const cost = american ? {} : { ExpenseAccountRef: { value: await rig.idOf('Account', 'Name', 'Cost of sales') } };
  const address = american
    ? { Line1: '12 Oak St', City: 'Austin', CountrySubDivisionCode: 'TX', PostalCode: '78701' }
    : { Line1: '3 Park Row', City: 'Bristol', PostalCode: 'BS1 5LJ' };
  const customer = String((await rig.make('Customer', { DisplayName: 'Dana Ruiz', BillAddr: address }))['Id']);
  const item = String(
    (await rig.make('Item', { Name: 'AC tune-up', Type: 'Service', IncomeAccountRef: { value: income }, ...cost }))[
      'Id'
    ],
  );
  const tryInvoice = (lines: string, header = '', query = ''): Promise<Answer> => {
    const global = american ? '' : ',"GlobalTaxCalculation":"TaxExcluded"';
    const extra = header === '' ? '' : `,${header}`;
    return rig.call(
      'POST',
      `invoice${query}`,
      `{"CustomerRef":{"value":"${customer}"},"Line":[${lines}]${global}${extra}}`,
    );
  };
  const invoice = async (lines: string, header = ''): Promise<TextObject> => {
    const answer = await tryInvoice(lines, header);
    if (answer.status !== 200) throw new Error(answer.text);
    return answer.json['Invoice'] as TextObject;
  };
  const posted = async (document: string): Promise<Record<string, string>> => {
    const { documents } = await rig.admin('GET', `postings?company=${company}&document=${document}`);
    const lines = (at(documents, 0, 'lines') ?? []) as { name: string; amount: string }[];
    return Object.fromEntries(lines.map((each) => [each.name, each.amount]));
  };
  const account = async (name: string, type: string, subType?: string): Promise<string> =>
    String(
      (await rig.make('Account', { Name: name, AccountType: type, ...(subType ? { AccountSubType: subType } : {}) }))[
        'Id'
      ],
    );
  return { rig, customer, item, income, tryInvoice, invoice, posted, account };
}

/** A sales line as JSON text; `more` goes into its detail. */
export function line(shop: Pick<Shop, 'item'>, sale: { amount: string; code: string; more?: string }): string {
  return `{"Amount":${sale.amount},"DetailType":"SalesItemLineDetail","SalesItemLineDetail":{"ItemRef":{"value":"${shop.item}"},"TaxCodeRef":{"value":"${sale.code}"}${sale.more ?? ''}}}`;
}

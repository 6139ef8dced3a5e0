import { withProfile } from './context.fixtures';
import { type MappedRecord, type MappingContext, marker } from './document';
import { EVERY_DOCUMENT } from './every-document.fixtures';
import { hasMarker } from './match-document';

/** The rules of postings.md §1 that a body or a request shows, over every row of every document's table. */
type Json = { readonly [key: string]: Json } & readonly Json[];
const at = (record: MappedRecord, path: string): unknown =>
  path.split('.').reduce<Json | undefined>((json, key) => json?.[key], JSON.parse(record.body) as Json);
const linesOf = (record: MappedRecord): readonly Json[] => (at(record, 'Line') ?? []) as readonly Json[];

interface Looked {
  readonly record: MappedRecord;
  readonly id: string;
  readonly ctx: MappingContext;
}

/** The rows of which a record breaks the rule. */
const breaking = (isRight: (looked: Looked) => boolean, change = (ctx: MappingContext) => ctx): string[] =>
  EVERY_DOCUMENT.filter(({ id, ctx, recordsIn }) =>
    recordsIn(change(ctx)).some((record) => !isRight({ record, id, ctx: change(ctx) })),
  ).map(({ says }) => says);

const forms = (...resources: string[]): ((record: MappedRecord) => boolean) => {
  return ({ resource }) => resources.includes(resource);
};

describe('every document', () => {
  test('is of each kind that is written', () => {
    const kinds = new Set(EVERY_DOCUMENT.flatMap(({ ctx, recordsIn }) => recordsIn(ctx).map((one) => one.resource)));
    expect([...kinds].sort()).toEqual(['CreditMemo', 'Deposit', 'Invoice', 'JournalEntry', 'Payment', 'RefundReceipt']);
  });

  test('§1.2 says what the answer must say: day, number, account and money', () => {
    const money = ['TotalAmt', 'Line.0.Amount'];
    const said = ['TxnDate', 'DocNumber', 'DepositToAccountRef.value'];
    expect(
      breaking(({ record }) => {
        const own = said.filter((path) => ![undefined, 'AUTO_GENERATE'].includes(at(record, path) as string));
        const right = own.every((path) => record.expect[path] === at(record, path));
        return right && money.some((path) => record.expect[path] !== undefined);
      }),
    ).toEqual([]);
  });

  test('§1.5 has its own day', () => {
    expect(breaking(({ record }) => /^\d{4}-\d\d-\d\d$/.test(String(at(record, 'TxnDate'))))).toEqual([]);
  });

  test('§1.6 bears Run a Call’s id in its note, by which it is found again and no other is', () => {
    expect(
      breaking(({ record, id }) => {
        const note = String(at(record, 'PrivateNote'));
        const own = record.find?.marker;
        const named = note.startsWith(marker(id)) && own?.path === 'PrivateNote' && own.text.startsWith(marker(id));
        const found = (text: string): boolean =>
          hasMarker({ PrivateNote: text }, own?.text.replace('Run a Call ', '') ?? '');
        return named && found(note) && found(`Voided - ${note}`) && !found(note.replace(id, `${id}0`));
      }),
    ).toEqual([]);
  });

  test('§1.6 is looked up by the number we gave it, a payment or deposit by its day', () => {
    const key = (record: MappedRecord): string => {
      const number = at(record, 'DocNumber');
      if (forms('Payment', 'Deposit')(record)) return `TxnDate ${String(at(record, 'TxnDate'))}`;
      return number === undefined || number === 'AUTO_GENERATE' ? '' : `DocNumber ${String(number)}`;
    };
    expect(
      breaking(({ record }) => key(record) === (record.find?.where ?? []).map((pair) => pair.join(' ')).join()),
    ).toEqual([]);
  });

  test('§1.7 is updated with all its lines, its tax and its address', () => {
    const always: Readonly<Record<string, readonly string[]>> = {
      Invoice: ['Line', 'TxnTaxDetail', 'ShipAddr'],
      CreditMemo: ['Line', 'TxnTaxDetail', 'ShipAddr'],
      RefundReceipt: ['Line', 'TxnTaxDetail'],
    };
    expect(
      breaking(
        ({ record: { resource, how } }) =>
          how.update === 'whole' &&
          (always[resource] ?? ['Line']).every((field) => how.always?.includes(field) === true),
      ),
    ).toEqual([]);
  });

  test('§1.7 outside the US says no tax of its own, which would keep the old one', () => {
    expect(
      breaking(({ record, ctx }) => ctx.profile.country === 'US' || at(record, 'TxnTaxDetail') === undefined),
    ).toEqual([]);
  });

  test('§1.8 has an item on every line that is sold', () => {
    const isSold = forms('Invoice', 'CreditMemo', 'RefundReceipt');
    const named = (line: Json): boolean =>
      line['DetailType'] !== ('SalesItemLineDetail' as unknown) ||
      line['SalesItemLineDetail']?.['ItemRef']?.['value'] !== undefined;
    expect(breaking(({ record }) => !isSold(record) || linesOf(record).every(named))).toEqual([]);
    expect(breaking(({ record }) => !isSold(record) || linesOf(record).length > 0)).toEqual([]);
  });

  test('§1.9 never lets QuickBooks mail or collect', () => {
    const never: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
      Invoice: { EmailStatus: 'NotSet', AllowOnlineCreditCardPayment: false, AllowOnlineACHPayment: false },
      CreditMemo: { EmailStatus: 'NotSet' },
      Payment: { ProcessPayment: false },
    };
    expect(
      breaking(({ record }) =>
        Object.entries(never[record.resource] ?? {}).every(([field, value]) => at(record, field) === value),
      ),
    ).toEqual([]);
  });

  test('§1.10 names its currency in a company of several, and only there', () => {
    const currency = ({ record }: Looked): unknown => at(record, 'CurrencyRef.value');
    expect(breaking((looked) => looked.ctx.profile.multiCurrency || currency(looked) === undefined)).toEqual([]);
    const several = (ctx: MappingContext): MappingContext => withProfile(ctx, { multiCurrency: true });
    expect(breaking((looked) => currency(looked) !== undefined, several)).toEqual([]);
  });

  test('§1.11 refers to what must be there before it, and never to itself', () => {
    const refs = ({ body }: MappedRecord): string[] =>
      [...body.matchAll(/"\$ref":"([^"]+)"/g)].map(([, ref = '']) => ref.split(':')[0] ?? '');
    const before: Readonly<Record<string, readonly string[]>> = {
      Invoice: ['customer', 'item', 'tax-code'],
      CreditMemo: ['invoice', 'item', 'tax-code'],
      Payment: ['customer', 'invoice', 'refund', 'payment-method'],
      RefundReceipt: ['invoice', 'item', 'payment-method'],
      JournalEntry: ['customer', 'invoice', 'payment', 'refund'],
      Deposit: ['payment', 'refund', 'payout'],
    };
    expect(
      breaking(({ record }) => refs(record).every((entity) => before[record.resource]?.includes(entity) === true)),
    ).toEqual([]);
  });
});

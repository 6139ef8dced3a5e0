import type { TextObject } from '@qbo-sync/contracts/exact-json';
import fc from 'fast-check';
import { line, openShop, type Shop } from './entities/spec-shop';
import { at } from './spec-rig';

const KINDS = ['Invoice', 'CreditMemo', 'RefundReceipt', 'Payment', 'JournalEntry', 'Deposit'] as const;
type Kind = (typeof KINDS)[number];

const STEP = fc.record({
  do: fc.constantFrom(
    ...KINDS,
    'apply',
    'apply',
    'apply',
    'apply',
    'deposit',
    'deposit',
    'lower',
    'lower',
    'delete',
    'void',
  ),
  dollars: fc.integer({ min: 1, max: 99 }),
  which: fc.nat(40),
  other: fc.nat(40),
  kind: fc.constantFrom(...KINDS),
});
type Step = typeof STEP extends fc.Arbitrary<infer S> ? S : never;

interface Played {
  shop: Shop;
  accounts: { bank: string; funds: string; receivables: string };
}

const pickOf = (rows: readonly TextObject[], place: number): TextObject | undefined =>
  rows[place % Math.max(rows.length, 1)];
const onto = (record: TextObject, TxnType: string, TxnLineId: string, Amount: number) => ({
  Amount,
  LinkedTxn: [{ TxnId: record['Id'], TxnType, TxnLineId }],
});
const linkTo = (record: TextObject | undefined, TxnType: string, Amount: unknown) => ({
  Amount: Number(Amount),
  LinkedTxn: [{ TxnId: record?.['Id'], TxnType, TxnLineId: '0' }],
});

function bodyOf({ shop, accounts }: Played, kind: Kind, { dollars, other }: Step): object {
  const sale = JSON.parse(line(shop, { amount: `${dollars}.10`, code: other % 2 === 0 ? 'TAX' : 'NON' })) as object;
  const CustomerRef = { value: shop.customer };
  const leg = (debit: boolean, account: string, Entity?: object) => ({
    Amount: dollars,
    DetailType: 'JournalEntryLineDetail',
    JournalEntryLineDetail: {
      PostingType: debit ? 'Debit' : 'Credit',
      AccountRef: { value: account },
      ...(Entity ? { Entity } : {}),
    },
  });
  const isDebit = other % 3 !== 0;
  switch (kind) {
    case 'Invoice':
    case 'CreditMemo':
      return { CustomerRef, Line: [sale] };
    case 'RefundReceipt':
      return { DepositToAccountRef: { value: accounts.funds }, Line: [sale] };
    case 'Payment':
      return { CustomerRef, TotalAmt: dollars };
    case 'JournalEntry': {
      const customer = { Type: 'Customer', EntityRef: CustomerRef };
      return { Line: [leg(isDebit, accounts.receivables, customer), leg(!isDebit, accounts.funds)] };
    }
    case 'Deposit': {
      const AccountRef = { value: shop.income };
      const plain = { Amount: dollars, DetailType: 'DepositLineDetail', DepositLineDetail: { AccountRef } };
      return { DepositToAccountRef: { value: accounts.bank }, Line: [plain] };
    }
  }
}

/** One step; QuickBooks may refuse it, which is no failure, but never breaks on it. */
async function play(played: Played, step: Step): Promise<void> {
  const { rig } = played.shop;
  const post = async (path: string, body: object): Promise<void> => {
    expect([200, 400]).toContain((await rig.call('POST', path, body)).status);
  };
  const rows = (kind: Kind) => rig.rows(`select * from ${kind}`);
  switch (step.do) {
    case 'apply': {
      const charge = step.other % 4 === 0 ? 'JournalEntry' : 'Invoice';
      const [charges, memos, payments] = [await rows(charge), await rows('CreditMemo'), await rows('Payment')];
      if (charges.length === 0) return;
      const lines = [linkTo(pickOf(charges, step.which), charge, step.dollars)];
      const memo = pickOf(memos, step.other);
      if (step.other % 3 === 0 && memo !== undefined) lines.push(linkTo(memo, 'CreditMemo', step.dollars));
      const { Id, SyncToken } = pickOf(payments, step.which) ?? {};
      const isNew = Id === undefined || step.other % 2 === 0;
      const head = isNew
        ? { CustomerRef: { value: played.shop.customer }, TotalAmt: lines.length === 2 ? 0 : step.dollars }
        : { Id, SyncToken, sparse: true };
      return post('payment', { ...head, Line: lines });
    }
    case 'deposit': {
      const [payments, refunds, entries] = [
        await rows('Payment'),
        await rows('RefundReceipt'),
        await rows('JournalEntry'),
      ];
      const free = step.other % 5 === 0 ? payments : payments.filter((each) => each['LinkedTxn'] === undefined);
      const taken = [...new Set([pickOf(free, step.which), pickOf(free, step.other)])];
      const Line = taken.flatMap((each) => (each === undefined ? [] : [linkTo(each, 'Payment', each['TotalAmt'])]));
      const refund = step.other % 3 === 0 ? pickOf(refunds, step.other) : undefined;
      if (refund !== undefined) Line.push(onto(refund, 'RefundReceipt', '0', -Number(refund['TotalAmt'])));
      const entry = step.other % 4 === 0 ? pickOf(entries, step.other) : undefined;
      const isDebit = at(entry, 'Line', 1, 'JournalEntryLineDetail', 'PostingType') === 'Debit';
      if (entry !== undefined)
        Line.push(onto(entry, 'JournalEntry', '1', (isDebit ? 1 : -1) * Number(entry['TotalAmt'])));
      return post('deposit', { DepositToAccountRef: { value: played.accounts.bank }, Line });
    }
    case 'lower':
    case 'delete':
    case 'void': {
      const record = pickOf(await rows(step.kind), step.which);
      if (record === undefined) return;
      const { Id, SyncToken } = record;
      const path = step.kind.toLowerCase();
      if (step.do === 'lower') return post(path, { ...bodyOf(played, step.kind, step), Id, SyncToken });
      if (step.do === 'void' && step.kind === 'Payment')
        return post('payment?operation=update&include=void', { Id, SyncToken, sparse: true });
      return post(`${path}?operation=${step.do}`, { Id, SyncToken });
    }
    default:
      return post(step.do.toLowerCase(), bodyOf(played, step.do, step));
  }
}

const cents = (value: unknown): number => Math.round(Number(value ?? 0) * 100);
const total = (values: readonly unknown[]): number => values.reduce<number>((all, each) => all + cents(each), 0);

/** What a document put into Undeposited Funds, cents. */
function inFunds(kind: Kind, row: TextObject): number {
  const isIn = kind === 'JournalEntry' ? at(row, 'Line', 1, 'JournalEntryLineDetail', 'PostingType') === 'Debit' : true;
  return (kind === 'RefundReceipt' || !isIn ? -1 : 1) * cents(row['TotalAmt']);
}

/** What must hold of the books after any history. */
async function expectSound({ shop, accounts }: Played): Promise<void> {
  const { rig } = shop;
  const books = await rig.admin('GET', 'ledger?company=us-auto');
  expect(books['trialBalance']).toBe('0.00');
  const owed = (books['receivables'] as TextObject[]).filter((each) => each['id'] === shop.customer);
  const open = (books['open'] as TextObject[]).filter((each) => each['customer'] === shop.customer);
  expect(total(open.map((each) => each['open']))).toBe(total(owed.map((each) => each['owed'])));
  expect(cents((await rig.get('Customer', shop.customer))['Balance'])).toBe(total(owed.map((each) => each['owed'])));
  const worked = new Map(open.map((each) => [each['document'], cents(each['open'])]));
  for (const [kind, field, sign] of [
    ['Invoice', 'Balance', 1],
    ['CreditMemo', 'RemainingCredit', -1],
    ['Payment', 'UnappliedAmt', -1],
  ] as const) {
    for (const row of await rig.rows(`select * from ${kind}`)) {
      expect(cents(row[field])).toBeGreaterThanOrEqual(0);
      expect(cents(row[field]) * sign || 0).toBe(worked.get(`${kind}/${String(row['Id'])}`) ?? 0);
    }
  }
  const deposited = new Set(
    (await rig.rows('select * from Deposit'))
      .flatMap((deposit) => deposit['Line'] as TextObject[])
      .flatMap((each) => (each['LinkedTxn'] ?? []) as TextObject[])
      .map((link) => `${String(link['TxnType'])} ${String(link['TxnId'])}`),
  );
  const waiting: number[] = [];
  for (const kind of ['Payment', 'RefundReceipt', 'JournalEntry'] as const)
    for (const row of await rig.rows(`select * from ${kind}`))
      if (!deposited.has(`${kind} ${String(row['Id'])}`)) waiting.push(inFunds(kind, row));
  const funds = (books['accounts'] as TextObject[]).filter((each) => each['id'] === accounts.funds);
  expect(total(funds.map((each) => each['debitLessCredit']))).toBe(waiting.reduce((all, each) => all + each, 0));
}

test('random histories of every document leave the books sound: trial balance, receivables, undeposited funds', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(STEP, { minLength: 20, maxLength: 60 }), async (steps) => {
      const shop = await openShop('us-auto');
      try {
        const accounts = {
          bank: await shop.rig.idOf('Account', 'Name', 'Checking'),
          funds: await shop.rig.idOf('Account', 'Name', 'Undeposited Funds'),
          receivables: await shop.rig.idOf('Account', 'AccountType', 'Accounts Receivable'),
        };
        const played = { shop, accounts };
        await shop.rig.admin('POST', 'switches', { company: 'us-auto', voidPaidInvoice: 'unapply' });
        for (const step of steps) await play(played, step);
        await expectSound(played);
      } finally {
        await shop.rig.close();
      }
    }),
    { numRuns: 8 },
  );
}, 120_000);

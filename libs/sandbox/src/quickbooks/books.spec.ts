import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { line, openShop, type Shop } from './entities/spec-shop';
import { at, Rig } from './spec-rig';
import { startQuickBooks } from './start-quickbooks';

const trialBalance = async (rig: Rig, company: string) =>
  at(await rig.admin('GET', `ledger?company=${company}`), 'trialBalance');

type Step =
  | { do: 'invoice'; cents: number[]; tax: number; discount: number }
  | { do: 'pay'; which: number; share: number; over: number }
  | { do: 'change'; which: number; cents: number[] }
  | { do: 'void' | 'unpay'; which: number };

const CENTS = fc.array(fc.integer({ min: -500, max: 50_000 }), { minLength: 1, maxLength: 4 });
const WHICH = fc.nat(30);
const STEP: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    do: fc.constant('invoice' as const),
    cents: CENTS,
    tax: fc.integer({ min: -1, max: 900 }),
    discount: fc.integer({ min: 0, max: 400 }),
  }),
  fc.record({
    do: fc.constant('pay' as const),
    which: WHICH,
    share: fc.integer({ min: 1, max: 150 }),
    over: fc.nat(500),
  }),
  fc.record({ do: fc.constant('change' as const), which: WHICH, cents: CENTS }),
  fc.record({ do: fc.constantFrom('void' as const, 'unpay' as const), which: WHICH }),
);

const money = (value: number) => (value / 100).toFixed(2);

/** One step against the emulator; QuickBooks may refuse it, which is no failure. */
async function play(
  shop: Shop,
  codeFor: (place: number) => string,
  american: boolean,
  step: Step,
  seen: { invoices: string[]; payments: string[] },
): Promise<void> {
  const { rig } = shop;
  const lines = (all: number[]) =>
    all.map((value, place) => line(shop, { amount: money(value), code: codeFor(place) })).join(',');
  const current = async (entity: string, id: string | undefined) =>
    id === undefined ? undefined : await rig.get(entity, id);
  switch (step.do) {
    case 'invoice': {
      const discount =
        american && step.discount > 0
          ? `,{"Amount":${money(step.discount)},"DetailType":"DiscountLineDetail","DiscountLineDetail":{"PercentBased":false}}`
          : '';
      const tax = american && step.tax >= 0 ? `"TxnTaxDetail":{"TotalTax":${money(step.tax)}}` : '';
      const answer = await shop.tryInvoice(lines(step.cents) + discount, tax);
      if (answer.status === 200) seen.invoices.push(String(at(answer.json, 'Invoice', 'Id')));
      return;
    }
    case 'pay': {
      const invoice = await current('Invoice', seen.invoices[step.which % Math.max(seen.invoices.length, 1)]);
      if (invoice === undefined) return;
      const paid = Math.round((Number(invoice['TotalAmt']) * step.share * 100) / 100);
      const body = `{"TotalAmt":${money(paid + step.over)},"CustomerRef":{"value":"${shop.customer}"},"Line":[{"Amount":${money(paid)},"LinkedTxn":[{"TxnId":"${String(invoice['Id'])}","TxnType":"Invoice"}]}]}`;
      const answer = await rig.call('POST', 'payment', body);
      if (answer.status === 200) seen.payments.push(String(at(answer.json, 'Payment', 'Id')));
      return;
    }
    case 'change': {
      const invoice = await current('Invoice', seen.invoices[step.which % Math.max(seen.invoices.length, 1)]);
      if (invoice === undefined) return;
      await rig.call(
        'POST',
        'invoice',
        `{"Id":"${String(invoice['Id'])}","SyncToken":"${String(invoice['SyncToken'])}","sparse":true,"Line":[${lines(step.cents)}]}`,
      );
      return;
    }
    case 'void': {
      const invoice = await current('Invoice', seen.invoices[step.which % Math.max(seen.invoices.length, 1)]);
      if (invoice !== undefined)
        await rig.call('POST', 'invoice?operation=void', { Id: invoice['Id'], SyncToken: invoice['SyncToken'] });
      return;
    }
    case 'unpay': {
      const payment = await current('Payment', seen.payments[step.which % Math.max(seen.payments.length, 1)]);
      if (payment !== undefined)
        await rig.call('POST', 'payment?operation=update&include=void', {
          Id: payment['Id'],
          SyncToken: payment['SyncToken'],
          sparse: true,
        });
    }
  }
}

/** What must hold of the books after any history, read by the API alone. */
async function expectSound(shop: Shop, company: string): Promise<void> {
  const { rig } = shop;
  expect(await trialBalance(rig, company)).toBe('0.00');
  const invoices = await rig.rows('select * from Invoice maxresults 1000');
  const payments = await rig.rows('select * from Payment maxresults 1000');
  const cents = (value: unknown) => Math.round(Number(value ?? 0) * 100);
  const applied = new Map<string, number>();
  for (const payment of payments) {
    const lines = (payment['Line'] ?? []) as { Amount: string; LinkedTxn: { TxnId: string }[] }[];
    for (const { Amount, LinkedTxn } of lines)
      applied.set(LinkedTxn[0]?.TxnId ?? '', (applied.get(LinkedTxn[0]?.TxnId ?? '') ?? 0) + cents(Amount));
    expect(cents(payment['UnappliedAmt'])).toBe(
      cents(payment['TotalAmt']) - lines.reduce((total, each) => total + cents(each.Amount), 0),
    );
  }
  for (const invoice of invoices) {
    expect(cents(invoice['Balance'])).toBe(cents(invoice['TotalAmt']) - (applied.get(String(invoice['Id'])) ?? 0));
    expect(cents(invoice['Balance'])).toBeGreaterThanOrEqual(0);
  }
  const owed =
    invoices.reduce((total, each) => total + cents(each['TotalAmt']), 0) -
    payments.reduce((total, each) => total + cents(each['TotalAmt']), 0);
  expect(cents((await rig.get('Customer', shop.customer))['Balance'])).toBe(owed);
}

test.each(['us-auto', 'uk-vat'] as const)(
  'random histories of %s leave the trial balance at zero and every balance right',
  async (company) => {
    await fc.assert(
      fc.asyncProperty(fc.array(STEP, { minLength: 5, maxLength: 25 }), async (steps) => {
        const shop = await openShop(company);
        try {
          const vat =
            company === 'us-auto' ? [] : (await shop.rig.rows('select * from TaxCode')).map((row) => String(row['Id']));
          const codeFor = (place: number) =>
            company === 'us-auto' ? (place % 3 === 2 ? 'NON' : 'TAX') : (vat[place % vat.length] ?? '');
          const seen = { invoices: [], payments: [] };
          for (const step of steps) await play(shop, codeFor, company === 'us-auto', step, seen);
          await expectSound(shop, company);
        } finally {
          await shop.rig.close();
        }
      }),
      { numRuns: 20 },
    );
  },
  120_000,
);

test('a restart over the journal gives the same answers: records, tokens, requestids, switches, counters', async () => {
  const shop = await openShop('us-auto');
  const { rig } = shop;
  const made = await shop.invoice(
    line(shop, { amount: '129.00', code: 'TAX', more: ',"Qty":1,"UnitPrice":129.00' }),
    '"DocNumber":"AUTO_GENERATE"',
  );
  const pay = () =>
    rig.call(
      'POST',
      'payment?requestid=once',
      `{"TotalAmt":100.00,"CustomerRef":{"value":"${shop.customer}"},"Line":[{"Amount":100.00,"LinkedTxn":[{"TxnId":"${String(made['Id'])}","TxnType":"Invoice"}]}]}`,
    );
  const paid = await pay();
  await rig.admin('POST', 'switches', { company: 'us-auto', warnDuplicateNumbers: true });
  const readAll = async () => [
    (await rig.call('GET', `invoice/${String(made['Id'])}`)).json['Invoice'],
    await rig.rows('select * from Account'),
    await rig.get('Customer', shop.customer),
    await rig.admin('GET', 'ledger?company=us-auto'),
    await rig.admin('GET', 'journal'),
    at(await rig.admin('GET', 'status'), 'companies'),
  ];
  const before = await readAll();
  await rig.restart();
  expect(await readAll()).toEqual(before);
  expect((await pay()).text).toBe(paid.text);
  const next = await shop.invoice(line(shop, { amount: '1.00', code: 'NON' }), '"DocNumber":"AUTO_GENERATE"');
  expect([Number(next['Id']), Number(next['DocNumber'])]).toEqual([
    Number(made['Id']) + 2,
    Number(made['DocNumber']) + 1,
  ]);
  await rig.close();
});

test('a line cut short by a kill is dropped, all before it kept', async () => {
  const rig = await Rig.open();
  await rig.make('Customer', { DisplayName: 'Whole' });
  const file = join(mkdtempSync(join(tmpdir(), 'quickbooks-cut-')), 'journal');
  copyFileSync(rig.journalFile(), file);
  writeFileSync(file, `${readFileSync(file, 'utf8')}{"kind":"write","realm":"93`);
  await rig.close();
  const again = await startQuickBooks({ port: 0, journalFile: file });
  const { writes } = (await (await fetch(`${again.adminUrl}/writes`)).json()) as { writes: number };
  expect(writes).toBe(1);
  await again.close();
  expect(readFileSync(file, 'utf8').endsWith('}\n')).toBe(true);
});

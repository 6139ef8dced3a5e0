import type { OutgoingMessage } from '@qbo-sync/kafka/message';
import type { StackFile } from '@qbo-sync/testkit/local-stack';
import { aCustomer, anInvoice, anItem, aPayment, runACallEvent } from '@qbo-sync/testkit/run-a-call';
import { until } from '@qbo-sync/testkit/until';
import { ConsoleApi, type VerifyAnswer } from '../day/console-api';

/** A company with a tax code per line, connected and configured, its sync off. */
const TENANT = 'uk-vat';
const RATE = 'tax_vat20';

export interface VerifyRig {
  file(): StackFile;
  publish(messages: readonly OutgoingMessage[]): Promise<void>;
}

/** Story 13 of scenarios.md, and each of the four checks against a wrong setting, on the running stack. */
export function verifyStory(rig: VerifyRig): void {
  let api: ConsoleApi;
  const event = (kind: string, data: Record<string, unknown> & { id: string }, sequence = 1): OutgoingMessage =>
    runACallEvent({ tenant: TENANT, kind, data, sequence });
  const taxed = (id: string, change: object = {}): Record<string, unknown> & { id: string } => {
    const plain = anInvoice({ id, customerId: 'cus_ver', itemId: 'itm_ver', amount: '129.00' });
    const [line] = plain['lines'] as [object];
    const charged = { taxable: true, taxRateId: RATE };
    return {
      ...plain,
      lines: [
        { ...line, ...charged, name: 'AC tune-up' },
        {
          ...{ id: 'l2', kind: 'equipment', itemId: 'itm_ver2', categoryId: 'cat_equip', name: 'Condenser' },
          ...{ quantity: '1', unitPrice: '71.00', amount: '71.00', ...charged },
        },
      ],
      currency: 'GBP',
      taxes: [{ taxRateId: RATE, taxableAmount: '200.00', amount: '40.00' }],
      ...{ subtotal: '200.00', taxTotal: '40.00', total: '240.00', balance: '240.00', ...change },
    };
  };
  const states = ({ checks }: VerifyAnswer): Record<string, string> =>
    Object.fromEntries(checks.map(({ code, state }) => [code, state]));
  const shows = (wanted: Record<string, string>): Promise<VerifyAnswer> =>
    until(
      async () => {
        const answer = await api.verify(TENANT);
        return Object.entries(wanted).every(([code, state]) => states(answer)[code] === state) ? answer : undefined;
      },
      { timeoutMs: 60_000, everyMs: 200, what: `checks ${JSON.stringify(wanted)}` },
    ).catch(async (error: Error) => {
      throw new Error(`${error.message}; found ${JSON.stringify(await api.verify(TENANT))}`);
    });
  const admin = async (what: string, body: object): Promise<Record<string, unknown>> => {
    const response = await fetch(`${rig.file().sandbox.adminUrl}/${what}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ company: TENANT, ...body }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(text);
    return JSON.parse(text) as Record<string, unknown>;
  };
  const written = async (entity: string): Promise<number> => {
    const response = await fetch(`${rig.file().sandbox.adminUrl}/journal?company=${TENANT}&entity=${entity}`);
    return ((await response.json()) as { writes: unknown[] }).writes.length;
  };
  const inEffect = (): Promise<unknown> =>
    until(
      async () => {
        const { version, appliedVersion } = await api.settings(TENANT);
        return appliedVersion >= version;
      },
      { timeoutMs: 30_000, what: 'the settings to be in effect' },
    );
  /** The failing check after a setting was changed and the same invoice tried again; then the setting is put back. */
  const wrong = async (setting: string, value: unknown, code: string): Promise<VerifyAnswer['checks'][number]> => {
    const { values } = await api.settings(TENANT);
    const before = (values as unknown as Record<string, unknown>)[setting];
    await api.save(TENANT, { [setting]: value });
    await inEffect();
    await api.startVerify(TENANT, 'inv_ver');
    const answer = await shows({ [code]: 'failed' });
    expect(Object.values(states(answer)).filter((state) => state === 'failed')).toHaveLength(1);
    await api.save(TENANT, { [setting]: setting === 'tax.rates' ? codesIn(before) : before });
    await inEffect();
    const [check] = answer.checks.filter((one) => one.code === code);
    if (check === undefined) throw new Error(`no check ${code}`);
    return check;
  };
  const codesIn = (rates: unknown): Record<string, string> =>
    Object.fromEntries(
      (rates as readonly { rateId: string; code?: { id: string } }[]).flatMap(({ rateId, code }) =>
        code === undefined ? [] : [[rateId, code.id]],
      ),
    );

  describe('story 13: one invoice is verified while sync is off', () => {
    beforeAll(async () => {
      const { token } = await until(() => rig.file().companies.find(({ id }) => id === TENANT), {
        what: 'the company in stack.json',
      });
      api = new ConsoleApi(rig.file().services['console']?.url ?? '', token);
    });

    it('sends it with what it needs and nothing else, and reads back three checks; the fourth waits', async () => {
      await rig.publish([
        event('customer.created', aCustomer('cus_ver', 'Vera Fine')),
        event('item.created', { ...anItem('itm_ver', 'Verified tune-up', '129.00'), taxable: true }),
        event('item.created', {
          ...anItem('itm_ver2', 'Verified condenser', '71.00'),
          ...{ kind: 'equipment', categoryId: 'cat_equip', categoryName: 'Equipment installs', taxable: true },
        }),
        event('invoice.sent', {
          ...anInvoice({ id: 'inv_other', customerId: 'cus_ver', amount: '10.00' }),
          currency: 'GBP',
        }),
        event('invoice.sent', taxed('inv_ver')),
      ]);
      await until(async () => (await api.verifyCandidates(TENANT)).length === 2, {
        timeoutMs: 30_000,
        what: 'candidates',
      });
      expect((await api.verifyCandidates(TENANT)).map(({ id }) => id)).toEqual(['inv_ver', 'inv_other']);
      await api.startVerify(TENANT, 'inv_ver');
      const answer = await shows({ customer: 'passed', income: 'passed', tax: 'passed', deposit: 'waiting' });
      expect(answer).toMatchObject({ passed: false, invoice: { id: 'inv_ver' } });
      expect([await written('Customer'), await written('Item'), await written('Invoice')]).toEqual([1, 2, 1]);
      expect((await api.syncActive(TENANT)).active).toBe(false);
    }, 120_000);

    it('completes by itself when the invoice is paid', async () => {
      await rig.publish([
        event('payment.collected', {
          ...aPayment({ id: 'pay_ver', customerId: 'cus_ver', invoiceId: 'inv_ver', amount: '240.00' }),
          currency: 'GBP',
        }),
        event('invoice.paid', taxed('inv_ver', { balance: '0.00', paidOn: new Date().toISOString().slice(0, 10) }), 2),
      ]);
      const answer = await shows({ customer: 'passed', income: 'passed', tax: 'passed', deposit: 'passed' });
      expect(answer.passed).toBe(true);
      expect((await api.syncActive(TENANT)).advised.find(({ code }) => code === 'verified')?.ok).toBe(true);
      expect([await written('Invoice'), await written('Payment')]).toEqual([1, 1]);
    }, 120_000);

    it('says of each wrong setting what was found, what was expected and which setting it is', async () => {
      const { values } = await api.settings(TENANT);
      const other = async (use: string, than: string | undefined) => {
        const found = (await api.accounts(TENANT, use)).find(({ id }) => id !== than);
        if (found === undefined) throw new Error(`no other ${use} account`);
        return found;
      };
      const income = await other('income', values['items.defaultIncomeAccount']?.id);
      expect(await wrong('items.defaultIncomeAccount', income.id, 'income')).toMatchObject({
        found: expect.stringContaining(values['items.defaultIncomeAccount']?.name ?? '-'),
        expected: `line 1 (AC tune-up): ${income.name}`,
        setting: 'items.defaultIncomeAccount',
      });
      const bank = await other('bank', values['payments.undepositedAccount']?.id);
      expect(await wrong('payments.undepositedAccount', bank.id, 'deposit')).toMatchObject({
        found: values['payments.undepositedAccount']?.name,
        expected: bank.name,
        setting: 'payments.undepositedAccount',
      });
      const mapped = values['tax.rates'].find(({ rateId }) => rateId === RATE)?.code;
      const code = (await api.taxCodes(TENANT)).find(({ id, percentage }) => id !== mapped?.id && percentage !== null);
      expect(await wrong('tax.rates', { [RATE]: code?.id }, 'tax')).toMatchObject({
        found: `line 1 (AC tune-up) ${mapped?.name}; line 2 (Condenser) ${mapped?.name}`,
        expected: `line 1 (AC tune-up) ${code?.name}; line 2 (Condenser) ${code?.name}`,
        setting: 'tax.rates',
      });
      const parent = await admin('write', { entity: 'Customer', body: { DisplayName: 'Fine Holdings' } });
      const { Customer: holding } = parent as { Customer: { Id: string } };
      const verified = (await api.log(TENANT)).find(({ recordId, quickbooks }) => recordId === 'cus_ver' && quickbooks);
      await admin('write', {
        entity: 'Customer',
        body: { Id: verified?.quickbooks?.id, sparse: true, Job: true, ParentRef: { value: holding.Id } },
      });
      await api.startVerify(TENANT, 'inv_ver');
      const moved = await shows({ customer: 'failed' });
      expect(moved.checks[0]).toEqual({
        ...{ code: 'customer', state: 'failed', found: 'Fine Holdings:Vera Fine', expected: 'Vera Fine' },
        setting: 'customers.push',
      });
      expect(moved.passed).toBe(true);
    }, 240_000);

    it('stays linked: it follows its updates once sync is on', async () => {
      const { advised } = await api.syncActive(TENANT);
      await api.turnSync(
        TENANT,
        true,
        advised.filter(({ ok }) => !ok).map(({ code }) => code),
      );
      const update = event(
        'invoice.updated',
        taxed('inv_ver', {
          ...{ balance: '0.00', paidOn: new Date().toISOString().slice(0, 10), customerMemo: 'Thank you, Vera' },
        }),
        3,
      );
      await rig.publish([update]);
      await until(
        async () =>
          (await api.log(TENANT)).some(
            ({ eventId, state }) => eventId === update.headers?.['ce_id'] && state === 'synced',
          ),
        { timeoutMs: 60_000, everyMs: 200, what: 'the update of the verified invoice' },
      );
      expect(await written('Invoice')).toBe(2);
    }, 120_000);

    it('can be gone without only by the company’s own word, with a reason', async () => {
      const { token = '' } = rig.file().companies.find(({ id }) => id === 'us-auto') ?? {};
      const url = rig.file().services['console']?.url ?? '';
      const company = new ConsoleApi(url, token);
      await expect(company.overrideVerify('us-auto', 'because')).rejects.toThrow('400');
      const operator = new ConsoleApi(url, rig.file().operatorToken);
      await expect(operator.overrideVerify('us-auto', 'We know these books')).rejects.toThrow('403');
      await company.overrideVerify('us-auto', 'We know these books');
      expect(await company.verify('us-auto')).toMatchObject({
        passed: false,
        override: { by: 'company', reason: 'We know these books' },
      });
    }, 30_000);
  });
}

import type { OutgoingMessage } from '@qbo-sync/kafka/message';
import { anInvoice, aPayment, runACallEvent } from '@qbo-sync/testkit/run-a-call';
import { until } from '@qbo-sync/testkit/until';
import { ConsoleApi, type DriftAnswer, type DriftRow } from '../day/console-api';
import type { VerifyRig } from './verify-story.features';

/** Live since its invoice was verified; of before there is one invoice that nobody brought in. */
const TENANT = 'uk-vat';

/** Books against Run a Call: nothing while nobody touched them, then what a person did to them, each with its cause. */
export function driftStory(rig: VerifyRig): void {
  let api: ConsoleApi;
  const names = ['untouched', 'moved', 'voided', 'deleted'];
  const ref = (name: string): string => `invoice:inv_${name}`;
  const event = (kind: string, data: Record<string, unknown> & { id: string }, sequence = 1): OutgoingMessage =>
    runACallEvent({ tenant: TENANT, kind, sequence, data: { ...data, currency: 'GBP' } });
  const invoice = (name: string): ReturnType<typeof anInvoice> =>
    anInvoice({ id: `inv_${name}`, customerId: 'cus_ver', amount: '50.00' });
  const human = async (what: string, body: object): Promise<void> => {
    const response = await fetch(`${rig.file().sandbox.adminUrl}/${what}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ company: TENANT, ...body }),
    });
    if (!response.ok) throw new Error(await response.text());
  };
  const report = async (): Promise<{ answer: DriftAnswer; rows: DriftRow[] }> => {
    const { id } = await api.startDrift(TENANT);
    const answer = await until(
      async () => {
        const now = await api.drift(TENANT);
        return now.id === id && now.state !== 'running' ? now : undefined;
      },
      { timeoutMs: 60_000, everyMs: 200, what: 'the report' },
    );
    if (answer.state !== 'done') throw new Error(`the report ${answer.state}: ${answer.code}`);
    const rows: DriftRow[] = [];
    for (let cursor: string | null = null; ;) {
      const page: { items: readonly DriftRow[]; next: string | null } = await api.driftRows(TENANT, cursor, 2);
      rows.push(...page.items);
      if (page.next === null) return { answer, rows };
      cursor = page.next;
    }
  };
  const idOf = async (name: string): Promise<string> => {
    const row = (await api.log(TENANT)).find((one) => one.recordId === `inv_${name}` && one.quickbooks !== undefined);
    if (row?.quickbooks === undefined) throw new Error(`${name} is not in QuickBooks`);
    return row.quickbooks.id;
  };

  describe('the drift report', () => {
    beforeAll(async () => {
      const { token } = await until(() => rig.file().companies.find(({ id }) => id === TENANT), {
        what: 'the company',
      });
      api = new ConsoleApi(rig.file().services['console']?.url ?? '', token);
      await rig.publish([
        ...names.map((name) => event('invoice.sent', invoice(name))),
        event('invoice.updated', { ...invoice('untouched'), balance: '30.00' }, 2),
        event(
          'payment.collected',
          aPayment({ id: 'pay_drift', customerId: 'cus_ver', invoiceId: 'inv_untouched', amount: '20.00' }),
        ),
      ]);
      await until(
        async () => {
          const rows = (await api.log(TENANT)).filter(({ recordId }) =>
            [...names.map((name) => `inv_${name}`), 'pay_drift'].includes(recordId),
          );
          return (
            rows.length === names.length + 2 && rows.every(({ state }) => state === 'synced' || state === 'skipped')
          );
        },
        { timeoutMs: 60_000, everyMs: 200, what: 'four invoices and a payment' },
      );
    }, 90_000);

    it('says nothing of what is as it should be; what is older than the cut-over stands there with its cause', async () => {
      const { answer, rows } = await report();
      expect(answer).toMatchObject({
        state: 'done',
        documents: 7,
        differing: 1,
        byCause: { before_cutover: 1 },
      });
      expect(answer.reads).toBeLessThanOrEqual(10);
      expect(
        rows.filter(({ kind }) => kind === 'document').map((row) => [row.ref, row.cause, row.expected, row.found]),
      ).toEqual([['invoice:inv_other', 'before_cutover', '10.00', '0.00']]);
    }, 90_000);

    it('shows what a person edited, voided and deleted there, with both figures and the cause', async () => {
      const [moved, voided, deleted] = await Promise.all(['moved', 'voided', 'deleted'].map(idOf));
      await human('write', { entity: 'Invoice', body: { Id: moved, sparse: true, TxnDate: '2026-01-15' } });
      await human('human', { do: 'void', entity: 'Invoice', id: voided });
      await human('human', { do: 'delete', entity: 'Invoice', id: deleted });
      const { rows } = await report();
      const of = (name: string): (string | undefined)[] => {
        const row = rows.find((one) => one.ref === ref(name));
        return [row?.cause, row?.expected, row?.found, row?.difference];
      };
      expect(of('moved')).toEqual(['changed_in_quickbooks', '50.00', '50.00', '0.00']);
      expect(of('voided')).toEqual(['voided_in_quickbooks', '50.00', '0.00', '-50.00']);
      expect(of('deleted')).toEqual(['deleted_in_quickbooks', '50.00', '0.00', '-50.00']);
      // 10.00 before the cut-over, 50.00 voided, 50.00 deleted.
      const sums = rows.filter(({ kind, ref: of }) => kind === 'customer' || of === 'receivable');
      expect(sums.map(({ difference }) => difference)).toEqual(['-110.00', '-110.00']);
    }, 90_000);
  });
}

import type { CompanyActivity } from '@qbo-sync/contracts/sync/activity';
import { faultTable } from '@qbo-sync/testkit/fault-table';
import type { LogRowEntity } from './log-row.entity';
import { rowView } from './row-view';

/** Codes after which a record waits under its company's condition. */
const CONDITIONS = faultTable().filter(({ stands }) => ['throttled', 'subscription', 'reconnect'].includes(stands));

const row = (state: string): LogRowEntity =>
  ({
    ...{ id: 'evt_1', position: '1', state, reason: null, warnings: [], attempts: 1 },
    ...{ number: null, party: null, amount: null, retryAt: null, settledAt: null, quickbooks: null },
    ...{ occurredAt: new Date(0), receivedAt: new Date(0) },
    ...{ ref: 'invoice:inv_1', entity: 'invoice', change: 'sent', revision: 2, registers: { kind: 'event' } },
  }) as unknown as LogRowEntity;

describe('a row of a company that QuickBooks takes nothing from', () => {
  it.each(CONDITIONS)('$code $name: whoever waits beside it reads the same', ({ reason, sentence, state }) => {
    const condition = { kind: 'company', condition: reason } as unknown as CompanyActivity;
    expect(rowView(row(state), condition)).toMatchObject({ state, reason: { code: reason, text: sentence } });
    expect(rowView(row('needs attention'), condition)).not.toHaveProperty('reason');
  });
});

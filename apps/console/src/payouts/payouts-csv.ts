import { csvLine } from '../http/csv';
import type { PayoutDesk } from './payout-desk';
import type { PayoutPageDto, PayoutRowDto } from './payout.dto';

const PAGE = 200;
const HEADER = ['arrivesOn', 'payout', 'amount', 'currency', 'state', 'difference', 'missing', 'quickbooksIds'];

/**
 * A company's payouts, of one month or all, newest first and a page at a time: RFC 4180. The first page is there before anything is
 * said, so that a service which does not answer is a problem and no half file.
 */
export async function payoutsCsv(desk: PayoutDesk, tenant: string, month?: string): Promise<AsyncIterable<string>> {
  const ofMonth = month === undefined ? {} : { month };
  const page = (cursor?: string): Promise<PayoutPageDto> =>
    desk.list(tenant, { limit: PAGE, ...ofMonth, ...(cursor === undefined ? {} : { cursor }) });
  return linesFrom(await page(), page);
}

async function* linesFrom(
  first: PayoutPageDto,
  page: (cursor: string) => Promise<PayoutPageDto>,
): AsyncGenerator<string> {
  yield csvLine(HEADER);
  for (let { items, next } = first; ; { items, next } = await page(next)) {
    yield items.map(lineOf).join('');
    if (next === null) return;
  }
}

function lineOf({ id, arrivesOn, amount, state, difference, missing, quickbooks }: PayoutRowDto): string {
  const why = missing.map(({ text }) => text).join(' ');
  const ids = quickbooks.map((record) => record.id).join(' ');
  return csvLine([arrivesOn, id, amount.amount, amount.currency, state, difference?.amount ?? null, why, ids]);
}

import { sentence } from '@qbo-sync/contracts/reasons';
import type { Postings } from '@qbo-sync/mapping/context.fixtures';
import { heldBy, PAYOUT_CASES, recordsOf } from '@qbo-sync/mapping/payout-cases.fixtures';
import { type Books, openBooks, send, withIds } from './spec-books';
import { postingsOf } from './spec-postings';

/**
 * Every payout of the mapping's table is sent to the emulated QuickBooks, and must post there what the table says
 * (postings.md §10). What it links out of Undeposited Funds is put there before.
 */
interface Link {
  readonly Amount: number;
  readonly LinkedTxn?: readonly { readonly TxnType: string; readonly TxnId: { readonly $ref: string } }[];
}

/** Puts a record of the amount into Undeposited Funds. */
async function intoFunds(books: Books, ref: string, type: string, amount: number): Promise<void> {
  const funds = { CustomerRef: { value: books.customer }, DepositToAccountRef: { value: '4' } };
  const detail = {
    ItemRef: { value: { $ref: 'item:itm_1' } },
    Qty: 1,
    UnitPrice: -amount,
    TaxCodeRef: { value: 'NON' },
  };
  const sale = { Amount: -amount, DetailType: 'SalesItemLineDetail', SalesItemLineDetail: detail };
  const side = (PostingType: string, account: string) => ({
    ...{ Amount: -amount, DetailType: 'JournalEntryLineDetail' },
    JournalEntryLineDetail: { PostingType, AccountRef: { value: account } },
  });
  const bodies: Readonly<Record<string, object>> = {
    Payment: { ...funds, TotalAmt: amount },
    RefundReceipt: { ...funds, Line: [sale] },
    JournalEntry: { Line: [side('Debit', '91'), side('Credit', '4')] },
  };
  books.made.set(ref, await books.rig.make(type, await withIds(books, JSON.stringify(bodies[type]))));
}

describe.each(['us-auto', 'uk-vat'] as const)('payouts in the books of %s', (company) => {
  let books: Books;
  beforeAll(async () => {
    books = await openBooks(company);
  });
  afterAll(() => books.rig.close());

  const cases = PAYOUT_CASES.filter(({ ctx }) => (ctx.profile.country === 'GB') === (company === 'uk-vat'));

  test.each(cases)('§$section $says', async (one) => {
    const { rig, made } = books;
    for (const ref of made.keys()) if (/^(payment|refund|payout):/.test(ref)) made.delete(ref);
    const posted: Postings[] = [];
    for (const [place, { resource, how, body, expect: wanted }] of recordsOf(one).entries()) {
      const lines = (JSON.parse(body) as { readonly Line: readonly Link[] }).Line;
      for (const { Amount, LinkedTxn: [link] = [] } of lines) {
        const ref = link?.TxnId.$ref;
        if (link !== undefined && ref !== undefined && !made.has(ref))
          await intoFunds(books, ref, link.TxnType, Amount);
      }
      const ref = `payout:${one.payout.id}${place === 0 ? '' : `/${place + 1}`}`;
      const record = await send(books, ref, { resource, path: how.path, body });
      if (wanted['TotalAmt'] !== undefined) expect(record['TotalAmt']).toBe(wanted['TotalAmt']);
      posted.push(await postingsOf(rig, company, resource, String(record['Id'])));
    }
    expect(posted).toEqual(one.records.map(({ posts }) => posts));
    const held = heldBy(one);
    expect(held === undefined ? undefined : sentence(held)).toBe(one.held?.sentence);
  });
});

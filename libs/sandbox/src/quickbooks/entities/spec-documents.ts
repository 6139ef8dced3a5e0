import { line, type Shop } from './spec-shop';

/** The smallest body of every document that posts, 10.00 each, for specs of what all have in common. */
export async function smallestDocuments(shop: Shop): Promise<Record<string, object>> {
  const bank = await shop.rig.idOf('Account', 'Name', 'Checking');
  const clearing = await shop.account('Clearing', 'Other Current Asset');
  const sale = JSON.parse(line(shop, { amount: '10.00', code: 'NON' })) as object;
  const CustomerRef = { value: shop.customer };
  const on = (kind: string, account: string, more: object = {}) => ({
    Amount: 10,
    DetailType: kind,
    [kind]: { AccountRef: { value: account }, ...more },
  });
  const leg = (PostingType: string, account: string) => on('JournalEntryLineDetail', account, { PostingType });
  return {
    Invoice: { CustomerRef, Line: [sale] },
    CreditMemo: { CustomerRef, Line: [sale] },
    RefundReceipt: { DepositToAccountRef: { value: clearing }, Line: [sale] },
    Payment: { CustomerRef, TotalAmt: 10 },
    JournalEntry: { Line: [leg('Debit', bank), leg('Credit', clearing)] },
    Deposit: { DepositToAccountRef: { value: bank }, Line: [on('DepositLineDetail', clearing)] },
    Purchase: {
      PaymentType: 'Cash',
      AccountRef: { value: bank },
      Line: [on('AccountBasedExpenseLineDetail', clearing)],
    },
  };
}

export const DOCUMENTS = [
  'Invoice',
  'CreditMemo',
  'RefundReceipt',
  'Payment',
  'JournalEntry',
  'Deposit',
  'Purchase',
] as const;

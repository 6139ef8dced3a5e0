import type { ExactObject } from '@qbo-sync/contracts/exact-json';
import type { Draft } from '../draft';
import { amount, type Decimal, number as plain, ref, refValue, text, ZERO } from '../exact';
import { isActive, refTo } from '../name-list';
import { openOf, spendCredit } from './auto-apply';
import { standardAccount } from './standard-accounts';

/** The credit memo by which QuickBooks zeroes what a customer owes who is made inactive (quickbooks.md §9.1). */
export function writeOff(draft: Draft, customer: ExactObject, owed: Decimal): void {
  const id = String(draft.next('transaction'));
  const item = draft.all('Item').find((each) => each['Type'] === 'Service' && isActive(each));
  if (item === undefined) throw new Error('the company has no service to write off by');
  const customerId = text(customer['Id']) ?? '';
  const line: ExactObject = {
    Id: '1',
    LineNum: plain(1),
    Amount: amount(owed),
    DetailType: 'SalesItemLineDetail',
    SalesItemLineDetail: { ItemRef: refTo(item) },
  };
  const memo = draft.save('CreditMemo', id, {
    CustomerRef: refTo(customer, 'DisplayName'),
    TxnDate: draft.today(),
    PrivateNote: 'Created by QB Online to adjust balance for deletion',
    Line: [line, { Amount: amount(owed), DetailType: 'SubTotalLineDetail', SubTotalLineDetail: {} }],
    TotalAmt: amount(owed),
    Balance: amount(owed),
    RemainingCredit: amount(owed),
    TxnTaxDetail: { TotalTax: amount(ZERO) },
    CurrencyRef: ref(draft.company.profile.currency),
    LinkedTxn: [],
  });
  draft.post(`CreditMemo/${id}`, [
    {
      account: text(standardAccount(draft, 'AccountsReceivable')['Id']) ?? '',
      amount: owed.negated(),
      customer: customerId,
    },
    { account: refValue(item['IncomeAccountRef']) ?? '', amount: owed },
  ]);
  spendCredit(draft, memo, openOf(draft, 'Invoice', 'Balance', memo));
}

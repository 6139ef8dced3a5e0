import type { Reason } from '@qbo-sync/contracts/reasons';

/** A sentence of postings.md §11 as a bookkeeper reads it, with the next action. */
export interface SentenceCase {
  /** The row of §11. */
  readonly when: string;
  readonly code: Reason['code'];
  readonly params: Readonly<Record<string, string>>;
  readonly text: string;
  readonly action: string;
}

const N = 'RAC-1041';

export const SENTENCES: readonly SentenceCase[] = [
  {
    when: 'arithmetic',
    code: 'arithmetic',
    params: { n: N, a: '166.00', b: '0.00', c: '13.70', d: '0.00', e: '179.71' },
    text: 'Invoice RAC-1041 does not add up in Run a Call: lines 166.00, discount 0.00, tax 13.70, tip 0.00, total 179.71.',
    action: 'Correct it in Run a Call',
  },
  {
    when: 'closed',
    code: 'closed_period',
    params: { doc: N, d: '2026-10-31', c: '2026-10-31' },
    text: 'RAC-1041 is dated 2026-10-31; your books are closed through 2026-10-31. Reopen in QuickBooks, or choose a date after 2026-10-31.',
    action: 'Reopen in QuickBooks, choose a later date, or leave it',
  },
  {
    when: 'tax off',
    code: 'tax_off',
    params: { n: N, t: '13.70' },
    text: 'Sales tax is off in QuickBooks, but RAC-1041 charges 13.70. Set up sales tax, then retry.',
    action: 'Set up sales tax in QuickBooks',
  },
  {
    when: 'unmapped',
    code: 'tax_unmapped',
    params: { r: 'Travis County' },
    text: 'Tax rate Travis County has no QuickBooks code. Map it, or choose a default under Tax.',
    action: 'Map the rate',
  },
  {
    when: 'two rates',
    code: 'two_rates',
    params: { n: N, a: '8.25', b: '6.25' },
    text: 'RAC-1041 has two tax rates (8.25, 6.25). QuickBooks takes one per invoice. Split it, or pick the code to post it under.',
    action: 'Split it, or pick the code',
  },
  {
    when: 'tax differs',
    code: 'tax_differs',
    params: { q: '13.69', t: '13.70' },
    text: 'QuickBooks made the tax 13.69; Run a Call charged 13.70. The invoice there has the wrong total.',
    action: 'Compare',
  },
  {
    when: 'exempt',
    code: 'exempt',
    params: { c: 'Dana Ruiz', n: N, t: '13.70' },
    text: 'Dana Ruiz is tax exempt but RAC-1041 charges 13.70. Correct one of them in Run a Call.',
    action: 'Correct it in Run a Call',
  },
  {
    when: 'untaxed code',
    code: 'untaxed_code',
    params: {},
    text: 'QuickBooks wants a tax code on every line. Choose the code for untaxed lines under Tax.',
    action: 'Choose the code',
  },
  {
    when: 'number',
    code: 'number_long',
    params: { n: 'RAC-1041-OF-NOVEMBER-26', k: '23' },
    text: 'RAC-1041-OF-NOVEMBER-26 is 23 characters; QuickBooks allows 21.',
    action: 'Renumber in Run a Call',
  },
  {
    when: 'number',
    code: 'number_taken',
    params: { n: N, type: 'Invoice', customer: 'Lee Cho', amount: '100.00' },
    text: 'RAC-1041 is already used in QuickBooks by Invoice for Lee Cho, 100.00. Link it or renumber.',
    action: 'Compare; link or renumber',
  },
  {
    when: 'tip',
    code: 'tip_account',
    params: { n: N },
    text: 'RAC-1041 has a tip but no tips account is set.',
    action: 'Choose the tips account',
  },
  {
    when: 'tip',
    code: 'tip_unshown',
    params: { p: 'pay_500', t: '5.00' },
    text: 'Payment pay_500 includes a tip of 5.00 that no invoice shows.',
    action: 'Correct it in Run a Call',
  },
  {
    when: 'account',
    code: 'account_unusable',
    params: { account: 'Old sales', x: 'Bank', setting: 'items.defaultIncomeAccount' },
    text: 'Old sales is inactive in QuickBooks (or of type Bank). Choose another for items.defaultIncomeAccount.',
    action: 'Choose another',
  },
  {
    when: 'currency',
    code: 'currency',
    params: { n: N, cur: 'EUR', home: 'USD' },
    text: 'RAC-1041 is in EUR; this QuickBooks company keeps USD.',
    action: 'Enter it by hand',
  },
  {
    when: 'customer name',
    code: 'name_taken',
    params: { name: 'Dana Ruiz' },
    text: 'A customer is already called Dana Ruiz in QuickBooks. Link, or create under another name.',
    action: 'Link, or create under another name',
  },
  {
    when: 'cost account',
    code: 'cost_account',
    params: {},
    text: 'QuickBooks wants a cost account on every item here. Choose one under Items.',
    action: 'Choose the cost account',
  },
  {
    when: 'over-allocated',
    code: 'over_allocated',
    params: { p: 'pay_500', a: '179.70', b: '100.00' },
    text: 'Payment pay_500 pays 179.70 of invoices but is only 100.00.',
    action: 'Correct it in Run a Call',
  },
  {
    when: 'over-refunded',
    code: 'over_refunded',
    params: { r: 're_77', a: '200.00', p: 'pay_500', b: '179.70' },
    text: 'Refund re_77 of 200.00 is more than what is left of pay_500, 179.70.',
    action: 'Correct it in Run a Call',
  },
  {
    when: 'negative line',
    code: 'negative_line',
    params: { n: N, text: 'Neighbour discount' },
    text: 'QuickBooks refuses a negative line on RAC-1041: Neighbour discount.',
    action: 'Correct it in Run a Call',
  },
  {
    when: 'date missing',
    code: 'date_missing',
    params: { doc: N },
    text: 'RAC-1041 is paid or voided but says no date.',
    action: 'Correct it in Run a Call',
  },
  {
    when: 'payout part',
    code: 'payout_part',
    params: { po: 'po_1', category: 'topup', x: '100.00 USD' },
    text: 'Payout po_1 holds a topup of 100.00 USD, which we do not post. Enter this payout by hand.',
    action: 'Enter it by hand',
  },
  {
    when: 'deactivate',
    code: 'deactivate',
    params: { c: 'Dana Ruiz', b: '179.70' },
    text: 'Dana Ruiz still owes 179.70 in QuickBooks. Making them inactive would wipe that out. Settle it first.',
    action: 'Settle it first',
  },
  {
    when: 'merge',
    code: 'merge',
    params: { loser: 'Dana Ruiz', winner: 'Dana R. Ruiz' },
    text: 'Merge in QuickBooks: open Dana Ruiz, change the name to exactly Dana R. Ruiz, save. The sync follows by itself.',
    action: 'Merge in QuickBooks',
  },
  {
    when: 'deposited',
    code: 'deposited',
    params: { p: 'pay_500', d: '900', date: '2026-12-02', n: N },
    text: 'pay_500 is on deposit 900 of 2026-12-02, and QuickBooks locks it. Open the payment there and tick RAC-1041.',
    action: 'Open the deposit',
  },
  {
    when: 'paid void',
    code: 'paid_void',
    params: { n: N, p: 'a payment of 100.00' },
    text: "RAC-1041 is voided in Run a Call but paid in QuickBooks by a payment of 100.00, which we did not write. Remove that payment's tick, then retry.",
    action: 'Open in QuickBooks',
  },
  {
    when: 'refund',
    code: 'refund_effect',
    params: { r: 're_77' },
    text: 'Refund re_77 says neither which invoice nor which credit it returns. Choose.',
    action: 'Choose',
  },
  {
    when: 'refund',
    code: 'refund_account',
    params: { r: 're_77' },
    text: 'Choose the account that paid refund re_77.',
    action: 'Choose the account',
  },
  {
    when: 'payout ≠',
    code: 'payout_unequal',
    params: {
      po: 'po_1',
      x: '216.49',
      y: '36.79',
      charge: 'ch_1',
      amount: '179.70',
      reason: 'Run a Call does not know it',
    },
    text: 'Payout po_1 is 216.49; its parts make 36.79. Missing: ch_1 179.70, Run a Call does not know it.',
    action: 'Open the payout',
  },
  {
    when: 'payout exists',
    code: 'payout_exists',
    params: { x: '216.49', date: '2026-12-02', bank: 'Checking', po: 'po_1' },
    text: 'A deposit of 216.49 on 2026-12-02 is already in Checking. Is it payout po_1? Link it, or post anyway.',
    action: 'Link it, or post anyway',
  },
  {
    when: 'payout kind',
    code: 'payout_kind',
    params: { po: 'po_1' },
    text: 'Stripe cannot say what is in manual payout po_1. Use Stripe clearing, or enter it by hand.',
    action: 'Use Stripe clearing',
  },
  {
    when: 'dispute',
    code: 'dispute',
    params: { n: N, x: '179.70', account: 'Stripe disputes' },
    text: 'Dispute on RAC-1041 was lost. 179.70 waits in Stripe disputes: write it off or collect it.',
    action: 'Write it off or collect it',
  },
  {
    when: 'gone',
    code: 'gone_in_qbo',
    params: { doc: N, date: '2026-12-02' },
    text: 'RAC-1041 was deleted in QuickBooks by someone on 2026-12-02. Post it again, or leave it.',
    action: 'Post it again, or leave it',
  },
];

import { coded, isReasonCode, REASONS, sentence } from './reasons';

/** The codes of console.md §2 and §8 and the rows of postings.md §11, by the code that stands for them. */
const CONSOLE_CODES = [
  ...[
    'not_active',
    'parent',
    'earlier',
    'qbo_down',
    'rate_limit',
    'quota',
    'retry_at',
    'reconnect',
    'subscription',
    'checking',
    'parts',
    'owes',
  ],
  ...[
    'tax_fallback',
    'account_fallback',
    'name_changed',
    'name_shortened',
    'text_shortened',
    'number_changed',
    'item_created',
  ],
  ...['tax_split', 'rounded', 'left_unapplied', 'exempt_reason'],
  ...['setting_off', 'not_paid_yet', 'replaced', 'before_cutover', 'echo', 'unchanged', 'left_out'],
  ...[
    'tax_unmapped',
    'tax_differs',
    'account_unusable',
    'name_taken',
    'number_taken',
    'both_changed',
    'gone_in_qbo',
    'closed_period',
  ],
  ...['deposited', 'parent_unknown', 'payout_unequal', 'unclear', 'permission', 'unreadable', 'refused'],
];
const POSTINGS_SENTENCES = [
  'Invoice {n} does not add up in Run a Call: lines {a}, discount {b}, tax {c}, tip {d}, total {e}.',
  '{doc} is dated {d}; your books are closed through {c}. Reopen in QuickBooks, or choose a date after {c}.',
  'Tax rate {r} has no QuickBooks code. Map it, or choose a default under Tax.',
  '{n} is {k} characters; QuickBooks allows 21.',
  '{n} has a tip but no tips account is set.',
  'Payment {p} pays {a} of invoices but is only {b}.',
  '{n} is in {cur}; this QuickBooks company keeps {home}.',
  '{doc} is paid or voided but says no date.',
  'QuickBooks wants a tax code on every line. Choose the code for untaxed lines under Tax.',
  'QuickBooks wants a cost account on every item here. Choose one under Items.',
];

describe('reasons', () => {
  it.each(CONSOLE_CODES)('%s has a sentence', (code) => {
    expect(isReasonCode(code)).toBe(true);
  });

  it.each(POSTINGS_SENTENCES)('postings §11: %s', (text) => {
    expect(Object.values(REASONS).map((spec) => spec.text)).toContain(text);
  });

  it('fills the params in and leaves what is unknown', () => {
    expect(sentence({ code: 'number_long', params: { n: 'RAC-1', k: '30' } })).toBe(
      'RAC-1 is 30 characters; QuickBooks allows 21.',
    );
    expect(coded({ code: 'owes' })).toEqual({ code: 'owes', params: {}, text: 'The customer still owes {amount}.' });
  });
});

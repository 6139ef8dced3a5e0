/**
 * Every reason a person may read: code → sentence, what to do next, the setting that ends it. `postings.md` §11 wins
 * where wordings differ. `{name}` in a sentence is filled from the reason's params.
 */
export interface Reason {
  readonly code: ReasonCode;
  readonly params?: Readonly<Record<string, string>>;
}

/** What the API sends: the code, its params and the English sentence. */
export interface Coded {
  readonly code: string;
  readonly params: Readonly<Record<string, string>>;
  readonly text: string;
}

export interface ReasonSpec {
  readonly text: string;
  readonly action?: string;
  readonly setting?: string;
}

const waiting = {
  not_active: { text: 'Sync is off. It is kept and not sent.', action: 'Turn Sync active on' },
  parent: { text: 'Waiting for {ref}.' },
  earlier: { text: 'Waiting for an earlier change of this record.' },
  qbo_down: { text: 'QuickBooks does not answer. We keep trying.' },
  rate_limit: { text: 'QuickBooks asked us to slow down.' },
  quota: { text: "This month's reads of QuickBooks are used up. It goes on when the month turns." },
  retry_at: { text: 'Next try {at}.' },
  reconnect: { text: 'QuickBooks must be connected again.', action: 'Reconnect' },
  subscription: { text: 'QuickBooks takes no changes: its subscription has ended.' },
  checking: { text: 'Finding out whether QuickBooks got it.' },
  parts: { text: 'Waiting for the rest of {payout}.' },
  match_open: {
    text: 'What is in QuickBooks already was read, and Match is not applied yet. Nothing is made there before.',
    action: 'Apply Match',
  },
  owes: { text: 'The customer still owes {amount}.' },
} as const satisfies Record<string, ReasonSpec>;

const warnings = {
  tax_fallback: { text: 'The tax code is the default: rate {rate} is not mapped.', setting: 'tax.rates' },
  account_fallback: {
    text: 'Posted to {account}: the account it should go to is not usable.',
    setting: 'items.categoryAccounts',
  },
  name_changed: { text: 'Created as "{name}": the name was taken.' },
  name_shortened: { text: 'The name was shortened to what QuickBooks allows.' },
  text_shortened: { text: 'A text was shortened to what QuickBooks allows.' },
  number_changed: { text: 'QuickBooks numbered it {number}.' },
  item_created: { text: 'An item was created for a line.' },
  account_kept: {
    text: '{line} posts to {account}, the account of its item; the settings say {wanted}.',
    setting: 'items.categoryAccounts',
  },
  tax_code_changed: { text: 'QuickBooks posted the tax under another code than {code}. The amount is right.' },
  tax_split: { text: 'Two tax rates: QuickBooks splits the tax by itself.' },
  rounded: { text: 'A rounding line of {amount} closes the difference to QuickBooks.' },
  left_unapplied: { text: 'Posted as customer credit: {invoice} is not ours to post.' },
  two_open_items: {
    text: 'QuickBooks does not apply {p} to the entry of the money that went back: both stay open, the balance is right.',
  },
  exempt_reason: { text: 'QuickBooks knows no such exemption reason.' },
} as const satisfies Record<string, ReasonSpec>;

const skipped = {
  setting_off: { text: 'Its sync is switched off.', setting: '{setting}' },
  not_paid_yet: { text: 'It is posted when it is paid.' },
  replaced: { text: 'Replaced by a newer change.' },
  before_cutover: { text: 'It is older than the day sync was switched on.' },
  echo: { text: 'It is our own change coming back.' },
  unchanged: { text: 'QuickBooks already says so.' },
  left_out: { text: 'Left out in Match.' },
  in_payout: { text: 'Its money is in the payouts it came off or came back with. Nothing more is posted.' },
  read_again: { text: 'It was read later and has a row of its own.' },
} as const satisfies Record<string, ReasonSpec>;

const attention = {
  arithmetic: {
    text: 'Invoice {n} does not add up in Run a Call: lines {a}, discount {b}, tax {c}, tip {d}, total {e}.',
    action: 'Correct it in Run a Call',
  },
  closed_period: {
    text: '{doc} is dated {d}; your books are closed through {c}. Reopen in QuickBooks, or choose a date after {c}.',
    action: 'Reopen in QuickBooks, choose a later date, or leave it',
  },
  tax_off: {
    text: 'Sales tax is off in QuickBooks, but {n} charges {t}. Set up sales tax, then retry.',
    action: 'Set up sales tax in QuickBooks',
  },
  tax_unmapped: {
    text: 'Tax rate {r} has no QuickBooks code. Map it, or choose a default under Tax.',
    action: 'Map the rate',
    setting: 'tax.rates',
  },
  two_rates: {
    text: '{n} has two tax rates ({a}, {b}). QuickBooks takes one per invoice. Split it, or pick the code to post it under.',
    action: 'Split it, or pick the code',
  },
  tax_differs: {
    text: 'QuickBooks made the tax {q}; Run a Call charged {t}. The invoice there has the wrong total.',
    action: 'Compare',
  },
  total_differs: { text: 'QuickBooks made the total {q}; Run a Call says {t}.', action: 'Compare' },
  exempt: {
    text: '{c} is tax exempt but {n} charges {t}. Correct one of them in Run a Call.',
    action: 'Correct it in Run a Call',
  },
  untaxed_code: {
    text: 'QuickBooks wants a tax code on every line. Choose the code for untaxed lines under Tax.',
    action: 'Choose the code',
    setting: 'tax.untaxedCode',
  },
  number_long: { text: '{n} is {k} characters; QuickBooks allows 21.', action: 'Renumber in Run a Call' },
  number_taken: {
    text: '{n} is already used in QuickBooks by {type} for {customer}, {amount}. Link it or renumber.',
    action: 'Compare; link or renumber',
  },
  numbers_off: {
    text: 'QuickBooks would ignore our number {n}. Turn on Custom transaction numbers in QuickBooks, or let it number.',
    action: 'Turn on Custom transaction numbers in QuickBooks',
    setting: 'invoices.numbering',
  },
  customer_kept: {
    text: '{n} is paid in QuickBooks, which keeps its customer. Run a Call says another one now.',
    action: 'Remove its payments in QuickBooks, then retry',
  },
  tip_account: {
    text: '{n} has a tip but no tips account is set.',
    action: 'Choose the tips account',
    setting: 'invoices.tipsAccount',
  },
  tip_unshown: { text: 'Payment {p} includes a tip of {t} that no invoice shows.', action: 'Correct it in Run a Call' },
  account_missing: { text: 'No account is chosen for {setting}.', action: 'Choose an account', setting: '{setting}' },
  account_unusable: {
    text: '{account} is inactive in QuickBooks (or of type {x}). Choose another for {setting}.',
    action: 'Choose another',
    setting: '{setting}',
  },
  currency: { text: '{n} is in {cur}; this QuickBooks company keeps {home}.', action: 'Enter it by hand' },
  name_taken: {
    text: 'A customer is already called {name} in QuickBooks. Link, or create under another name.',
    action: 'Link, or create under another name',
  },
  cost_account: {
    text: 'QuickBooks wants a cost account on every item here. Choose one under Items.',
    action: 'Choose the cost account',
    setting: 'items.costAccount',
  },
  over_allocated: { text: 'Payment {p} pays {a} of invoices but is only {b}.', action: 'Correct it in Run a Call' },
  over_refunded: {
    text: 'Refund {r} of {a} is more than what is left of {p}, {b}.',
    action: 'Correct it in Run a Call',
  },
  receivable_account: {
    text: 'QuickBooks has several Accounts Receivable accounts, or none, so {doc} cannot be posted.',
    action: 'Make all but one inactive in QuickBooks, then retry',
  },
  amount_changed: {
    text: '{p} is {b} in QuickBooks and {a} in Run a Call now. What was paid does not change.',
    action: 'Correct it in Run a Call',
  },
  auto_applied: {
    text: 'QuickBooks applied {p} by itself to an invoice we did not write. Untick it there, and turn automatic application of credits off.',
    action: 'Open in QuickBooks',
  },
  returned_deposited: {
    text: '{p} came back after it was deposited in QuickBooks. Choose the account it had gone to.',
    action: 'Choose the account',
  },
  negative_line: {
    text: 'QuickBooks refuses a negative line on {n}: {text}.',
    action: 'Correct it in Run a Call',
  },
  date_missing: { text: '{doc} is paid or voided but says no date.', action: 'Correct it in Run a Call' },
  payout_part: {
    text: 'Payout {po} holds a {category} of {x}, which we do not post. Enter this payout by hand.',
    action: 'Enter it by hand',
  },
  deactivate: {
    text: '{c} still owes {b} in QuickBooks. Making them inactive would wipe that out. Settle it first.',
    action: 'Settle it first',
  },
  merge: {
    text: 'Merge in QuickBooks: open {loser}, change the name to exactly {winner}, save. The sync follows by itself.',
    action: 'Merge in QuickBooks',
  },
  deposited: {
    text: '{p} is on deposit {d} of {date}, and QuickBooks locks it. Open the payment there and tick {n}.',
    action: 'Open the deposit',
  },
  paid_void: {
    text: "{n} is voided in Run a Call but paid in QuickBooks by {p}, which we did not write. Remove that payment's tick, then retry.",
    action: 'Open in QuickBooks',
  },
  refund_effect: {
    text: 'Refund {r} says neither which invoice nor which credit it returns. Choose.',
    action: 'Choose',
  },
  refund_account: {
    text: 'Choose the account that paid refund {r}.',
    action: 'Choose the account',
    setting: 'payments.refundAccount',
  },
  payout_unequal: {
    text: 'Payout {po} is {x}; its parts make {y}. Missing: {charge} {amount}, {reason}.',
    action: 'Open the payout',
  },
  payout_exists: {
    text: 'A deposit of {x} on {date} is already in {bank}. Is it payout {po}? Link it, or post anyway.',
    action: 'Link it, or post anyway',
  },
  payout_kind: {
    text: 'Stripe cannot say what is in manual payout {po}. Use Stripe clearing, or enter it by hand.',
    action: 'Use Stripe clearing',
  },
  payout_funds: {
    text: 'Stripe cannot say what is in manual payout {po}, and its payments wait in Undeposited Funds, out of which QuickBooks deposits only payments that are named. Enter it by hand.',
    action: 'Enter it by hand, then close it',
  },
  dispute: {
    text: 'Dispute on {n} was lost. {x} waits in {account}: write it off or collect it.',
    action: 'Write it off or collect it',
  },
  gone_in_qbo: {
    text: '{doc} was deleted in QuickBooks by someone on {date}. Post it again, or leave it.',
    action: 'Post it again, or leave it',
  },
  match_gone: {
    text: '{name} was not linked: the record it was to be linked to is not in QuickBooks any more. Say in Match which it is.',
    action: 'Open Match',
  },
  match_inactive: {
    text: '{name} was not linked: {record} was made inactive in QuickBooks meanwhile. Say in Match which it is.',
    action: 'Open Match',
  },
  match_renamed: {
    text: '{name} was not linked to {record} in QuickBooks: one of them was renamed meanwhile. Say in Match which it is.',
    action: 'Open Match',
  },
  match_taken: {
    text: '{name} was not linked: {record} in QuickBooks was linked to another record of Run a Call meanwhile. Say in Match which it is.',
    action: 'Open Match',
  },
  match_needed: { text: '{name} may be in QuickBooks already. Say in Match which it is.', action: 'Open Match' },
  both_changed: { text: '{name} changed on both sides.', action: 'Choose per field' },
  parent_unknown: { text: 'Run a Call does not know the {kind} this belongs to.', action: 'Ask support' },
  hierarchy: { text: '{c} is nested deeper than QuickBooks allows.', action: 'Flatten it in Run a Call' },
  too_many_lines: { text: '{n} has {k} lines; QuickBooks allows 750 on a taxed invoice.', action: 'Split it' },
  discount_large: { text: 'The discount of {n} is larger than its lines.', action: 'Correct it in Run a Call' },
  unclear: { text: 'We could not find out whether QuickBooks got this.', action: 'Look in QuickBooks, then say' },
  permission: { text: 'The connecting person lost rights in QuickBooks.', action: 'Reconnect as an admin' },
  refused: { text: 'QuickBooks refused: "{text}" ({code}).', action: 'Mend, then retry' },
  our_mistake: {
    text: 'QuickBooks refused what we sent: "{text}" ({code}). The mistake is ours. It is kept.',
    action: 'Ask support',
  },
  link_refused: {
    text: 'QuickBooks does not apply it to that document: "{text}".',
    action: 'Look at both in QuickBooks, then retry',
  },
  in_use: {
    text: 'QuickBooks keeps it because other entries use it: "{text}".',
    action: 'Settle those in QuickBooks, then retry',
  },
  text_refused: { text: 'QuickBooks does not take a text of it: "{text}".', action: 'Correct it in Run a Call' },
  currency_refused: { text: 'QuickBooks does not keep its currency: "{text}".', action: 'Turn it on in QuickBooks' },
  item_account: {
    text: 'An item of it has no income account in QuickBooks.',
    action: 'Choose the account',
    setting: 'items.defaultIncomeAccount',
  },
  feature_off: {
    text: 'QuickBooks does not offer this in its plan: "{text}".',
    action: 'Change the plan in QuickBooks, or leave it out',
  },
  tax_refused: {
    text: 'QuickBooks does not take its sales tax: "{text}".',
    action: 'Check the mapping',
    setting: 'tax.rates',
  },
  too_deep: { text: 'It is nested deeper than QuickBooks allows.', action: 'Flatten it in Run a Call' },
  customer_unusable: {
    text: 'Its customer is missing or inactive in QuickBooks.',
    action: 'Make the customer active in QuickBooks, then retry',
  },
  email_missing: { text: 'QuickBooks wants an e-mail address on it.', action: 'Add it in Run a Call' },
  card_settled: { text: 'Its card payment is settled, so QuickBooks does not void it.', action: 'Refund it instead' },
  bank_matched: {
    text: 'It is matched to a bank entry in QuickBooks.',
    action: 'Undo the match in QuickBooks, then retry',
  },
  card_number: {
    text: 'QuickBooks found what looks like a card number in it, and takes none.',
    action: 'Remove it in Run a Call',
  },
  company_reset: {
    text: 'The QuickBooks company was reset: what was in it is gone.',
    action: 'Start afresh',
  },
  unreadable: { text: 'This event is of an unknown kind or cannot be read. It is kept.', action: 'Show technical' },
  not_json: { text: 'The message is not a JSON object. It is kept.', action: 'Show technical' },
  number_not_text: {
    text: '{field} must be a decimal string such as "129.50", not a JSON number. It is kept.',
    action: 'Show technical',
  },
  field_missing: { text: '{field} is missing. It is kept.', action: 'Show technical' },
  field_invalid: { text: '{field} is invalid: {message}. It is kept.', action: 'Show technical' },
  key_missing: {
    text: 'The message has no key; the key must be {tenant}:{subject}. It is kept.',
    action: 'Show technical',
  },
  key_invalid: {
    text: 'The message key is not {tenant}:{subject} of its own event. It is kept.',
    action: 'Show technical',
  },
  envelope_invalid: {
    text: 'The CloudEvents attribute {field} is missing or invalid. It is kept.',
    action: 'Show technical',
  },
  sent_twice: { text: 'It was sent twice with different content; the first stands.', action: 'Show technical' },
  tenant_unknown: { text: 'No company of this id is known here. It is kept.', action: 'Make the company' },
  failed_here: { text: 'We failed to handle it ({error}). It is kept.', action: 'Ask support' },
} as const satisfies Record<string, ReasonSpec>;

export const REASONS = { ...waiting, ...warnings, ...skipped, ...attention } as const satisfies Record<
  string,
  ReasonSpec
>;
export type ReasonCode = keyof typeof REASONS;

export function isReasonCode(code: string): code is ReasonCode {
  return Object.hasOwn(REASONS, code);
}

/** The sentence of a code with its params filled in; an unknown param stays as `{name}`. */
export function sentence({ code, params }: Reason): string {
  return filled(REASONS[code].text, params);
}

/** What ends it: the button, and the setting it is about. */
export function remedy({ code, params }: Reason): Pick<ReasonSpec, 'action' | 'setting'> {
  const { action, setting }: ReasonSpec = REASONS[code];
  return {
    ...(action === undefined ? {} : { action }),
    ...(setting === undefined ? {} : { setting: filled(setting, params) }),
  };
}

const filled = (text: string, params: Reason['params'] = {}): string =>
  text.replace(/\{(\w+)\}/g, (all, name: string) => params[name] ?? all);

export function coded(reason: Reason): Coded {
  return { code: reason.code, params: reason.params ?? {}, text: sentence(reason) };
}

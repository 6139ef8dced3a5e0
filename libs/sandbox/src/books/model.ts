import type { Line } from '@qbo-sync/contracts/runacall/invoice';
import { cents, sum, type Cents } from './cents';
import type { BooksChoices, ChosenAccount } from './choices';
import { formOf, livesOf, stopOf, type Data, type Happening, type Life, type Stop, type Wire } from './happened';

/**
 * What the books must be, worked out from the published events and the settings alone. It knows nothing of how the
 * product maps or decides: this is the accountant's second calculation.
 */
export interface ExpectedInvoice {
  readonly total: Cents;
  readonly tax: Cents;
  readonly balance: Cents;
  readonly customerId: string;
}

export interface ExpectedBooks {
  readonly tenant: string;
  readonly counts: Readonly<Record<'Customer' | 'Item' | 'Invoice' | 'Payment', number>>;
  /** By document number. */
  readonly invoices: ReadonlyMap<string, ExpectedInvoice>;
  /** By Run a Call's customer id: invoices open, less money not applied. */
  readonly receivables: ReadonlyMap<string, Cents>;
  /** Payment id → the customer whose receivable it lowers. */
  readonly payers: ReadonlyMap<string, string>;
  /** By account id; discounts are negative. */
  readonly accounts: ReadonlyMap<string, { readonly name: string; readonly amount: Cents }>;
  readonly discounts: Cents;
  readonly tips: Cents;
  readonly undeposited: Cents;
  readonly clearing: Cents;
  readonly salesTax: Cents;
  readonly predictions: ReadonlyMap<string, Prediction>;
}

/** Where an event must come to rest. */
export interface Prediction {
  readonly ref: string;
  readonly state: 'synced' | 'synced with warnings' | 'needs attention' | 'waiting' | 'skipped';
  readonly reason?: string;
  /** A newer event of the aggregate may overtake it: then it is skipped as replaced. */
  readonly orReplaced: boolean;
  /** Whether it is posted before a newer event takes it back is a matter of moments: skipped is as right as synced. */
  readonly orSkipped: boolean;
}

interface Judged {
  /** The state of the aggregate that reached the books, if any did. */
  readonly posted: Happening | undefined;
  readonly predictions: readonly (readonly [string, Prediction])[];
}

/** Exemption reasons QuickBooks knows are few; ours are none of them unless named so (quickbooks.md §9.3). */
const KNOWN_EXEMPTIONS: readonly string[] = ['Resale'];
const ITEM_NAME_LENGTH = 100;

/** The model's books of one company. */
export function expectBooks(tenant: string, wires: readonly Wire[], choices: BooksChoices): ExpectedBooks {
  const lives = livesOf(tenant, wires);
  const all = [...lives.values()];
  const of = (noun: Life['noun']): Life[] => all.filter((life) => life.noun === noun);
  const invoiceCustomer = (id: string): string | undefined =>
    lives.get(`invoice:${id}`)?.happenings.at(-1)?.data.customerId;

  const invoices = judgeAll(
    of('invoice'),
    (event) => stopOf(event, invoiceCustomer),
    (event) => taxWarning(event.data, choices),
  );
  const postedInvoices = [...invoices.values()].flatMap(({ posted }) =>
    posted && posted.change !== 'voided' ? [posted.data] : [],
  );
  const inBooks = new Set([...invoices].filter(([, { posted }]) => posted).map(([id]) => id));
  const payments = judgeAll(of('payment'), (event) => {
    const unposted = event.data.allocations.some(({ invoiceId }) => !inBooks.has(invoiceId));
    return stopOf(event, invoiceCustomer) ?? (unposted ? { state: 'waiting', reason: 'parent' } : undefined);
  });
  const postedPayments = [...payments.values()].flatMap(({ posted }) =>
    posted && posted.change !== 'voided' ? [posted.data] : [],
  );

  const applied = tally(
    postedPayments.flatMap(({ allocations }) => allocations.map((one) => [one.invoiceId, cents(one.amount)] as const)),
  );
  const balanceOf = (invoice: Data): Cents => cents(invoice.total) - (applied.get(invoice.id) ?? 0n);
  const receivables = tally([
    ...postedInvoices.map((invoice) => [invoice.customerId, balanceOf(invoice)] as const),
    ...postedPayments.map((payment) => [payerOf(payment, invoiceCustomer), unapplied(payment) * -1n] as const),
  ]);
  const items = judgeAll(
    of('item'),
    () => undefined,
    (event) => (event.data.name.length > ITEM_NAME_LENGTH ? 'name_shortened' : undefined),
  );
  const twins = laterTwins(of('customer'));
  const customers = judgeAll(
    of('customer'),
    (event) =>
      (receivables.get(event.data.id) ?? 0n) !== 0n && isRemoval(event)
        ? { state: 'waiting', reason: 'owes' }
        : undefined,
    (event) => (twins.has(event.data.id) && !isRemoval(event) ? 'name_changed' : exemptWarning(event.data, choices)),
  );
  const rates = judgeAll(of('tax-rate'), (event) =>
    choices.mappedRates.includes(event.data.id) ? undefined : { state: 'waiting', reason: 'tax_unmapped' },
  );

  const accounts = postings(postedInvoices, lives, choices);
  const amountOn = (account: ChosenAccount): Cents => accounts.get(account.id)?.amount ?? 0n;
  const stripe = postedPayments.filter(({ processor }) => processor === 'stripe');
  return {
    tenant,
    counts: {
      Customer: customers.size,
      Item: items.size,
      Invoice: postedInvoices.length,
      Payment: postedPayments.length,
    },
    invoices: new Map(
      postedInvoices.map((invoice) => [
        invoice.number,
        {
          total: cents(invoice.total),
          tax: cents(invoice.taxTotal),
          balance: balanceOf(invoice),
          customerId: invoice.customerId,
        },
      ]),
    ),
    receivables,
    payers: new Map(postedPayments.map((payment) => [payment.id, payerOf(payment, invoiceCustomer)])),
    accounts,
    discounts: -amountOn(choices.discounts),
    tips: amountOn(choices.tips),
    clearing: sum(stripe.map(({ amount }) => cents(amount))),
    undeposited: sum(
      postedPayments.filter(({ processor }) => processor !== 'stripe').map(({ amount }) => cents(amount)),
    ),
    salesTax: sum(postedInvoices.map(({ taxTotal }) => cents(taxTotal))),
    predictions: new Map(
      [customers, items, invoices, payments, rates].flatMap((group) =>
        [...group.values()].flatMap(({ predictions }) => predictions),
      ),
    ),
  };
}

const isRemoval = ({ change }: Happening): boolean => ['deactivated', 'merged', 'voided'].includes(change);

function judgeAll(
  lives: readonly Life[],
  stop: (event: Happening) => Stop | undefined,
  warning: (event: Happening) => string | undefined = () => undefined,
): Map<string, Judged> {
  return new Map(lives.map((life) => [life.id, judge(life, stop, warning)]));
}

/** Walks an aggregate's events as they were published and says where each must end. */
function judge(
  life: Life,
  stop: (event: Happening) => Stop | undefined,
  warning: (event: Happening) => string | undefined,
): Judged {
  const ref = `${life.noun}:${life.id}`;
  const predictions: [string, Prediction][] = [];
  const written: { event: Happening; prediction: number }[] = [];
  let highest = -1;
  for (const event of life.happenings) {
    const add = (prediction: Pick<Prediction, 'state' | 'reason'>): number =>
      predictions.push([event.id, { ref, orReplaced: false, orSkipped: false, ...prediction }]) - 1;
    if (event.sequence < highest && !isRemoval(event)) {
      add({ state: 'skipped', reason: 'replaced' });
      continue;
    }
    highest = Math.max(highest, event.sequence);
    const stopped = stop(event);
    const before = written.at(-1)?.event;
    if (stopped !== undefined) add(stopped);
    else if (before !== undefined && formOf(before) === formOf(event)) add({ state: 'skipped', reason: 'unchanged' });
    else written.push({ event, prediction: add(warned(warning(event))) });
  }
  const removed = written.at(-1)?.event;
  for (const [place, { prediction }] of written.entries()) {
    const last = place === written.length - 1;
    const entry = predictions[prediction];
    if (entry === undefined) continue;
    const takenBack = removed?.change === 'voided';
    entry[1] = { ...entry[1], orReplaced: !last, orSkipped: takenBack };
  }
  return { posted: removed, predictions };
}

function warned(reason: string | undefined): Pick<Prediction, 'state' | 'reason'> {
  return reason === undefined ? { state: 'synced' } : { state: 'synced with warnings', reason };
}

/** Income, discounts and tips by account, from the invoices' own lines. */
function postings(
  invoices: readonly Data[],
  lives: ReadonlyMap<string, Life>,
  choices: BooksChoices,
): ExpectedBooks['accounts'] {
  const accounts = new Map<string, { name: string; amount: Cents }>();
  const post = (account: ChosenAccount, amount: Cents): void => {
    if (amount === 0n && !accounts.has(account.id)) return;
    accounts.set(account.id, { name: account.name, amount: (accounts.get(account.id)?.amount ?? 0n) + amount });
  };
  for (const invoice of invoices) {
    for (const line of invoice.lines) {
      if (line.kind !== 'note') post(accountOf(line, invoice, lives, choices), cents(line.amount));
    }
    post(choices.discounts, -cents(invoice.discount?.amount ?? '0'));
    post(choices.tips, cents(invoice.tip ?? '0'));
  }
  return accounts;
}

function accountOf(line: Line, invoice: Data, lives: ReadonlyMap<string, Life>, choices: BooksChoices): ChosenAccount {
  if (line.kind === 'discount') return choices.discounts;
  const subscription = invoice.membershipId !== undefined && invoice.jobId === undefined;
  if (subscription || line.kind === 'membership') return choices.memberships;
  const item = line.itemId === undefined ? undefined : lives.get(`item:${line.itemId}`)?.happenings[0]?.data;
  if (item?.kind === 'membership') return choices.memberships;
  const category = item === undefined ? line.categoryId : item.categoryId;
  return (category === undefined ? undefined : choices.categories[category]) ?? choices.income;
}

function taxWarning(invoice: Data, choices: BooksChoices): string | undefined {
  if (choices.taxedBy !== 'automated' || cents(invoice.taxTotal) === 0n) return undefined;
  if (invoice.taxes.some(({ taxRateId }) => !choices.mappedRates.includes(taxRateId))) return 'tax_fallback';
  return invoice.taxes.length > 1 ? 'tax_split' : undefined;
}

function exemptWarning(customer: Data, choices: BooksChoices): string | undefined {
  if (!customer.taxExempt || choices.taxedBy !== 'automated') return undefined;
  return KNOWN_EXEMPTIONS.includes(customer.taxExemptReason ?? '') ? undefined : 'exempt_reason';
}

/** Customers whose name one published earlier carries already: QuickBooks keeps one of each name. */
function laterTwins(customers: readonly Life[]): Set<string> {
  const names = new Set<string>();
  const later = new Set<string>();
  for (const { id, happenings } of customers) {
    const name = (happenings.at(-1)?.data.displayName ?? '').toLowerCase();
    if (names.has(name)) later.add(id);
    names.add(name);
  }
  return later;
}

function payerOf(payment: Data, customerOf: (invoiceId: string) => string | undefined): string {
  const first = payment.allocations[0];
  return (first === undefined ? undefined : customerOf(first.invoiceId)) ?? payment.customerId;
}

function unapplied(payment: Data): Cents {
  return cents(payment.amount) - sum(payment.allocations.map(({ amount }) => cents(amount)));
}

function tally(entries: readonly (readonly [string, Cents])[]): Map<string, Cents> {
  const totals = new Map<string, Cents>();
  for (const [key, amount] of entries) totals.set(key, (totals.get(key) ?? 0n) + amount);
  return totals;
}

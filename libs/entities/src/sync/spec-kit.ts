import type { EventInfo } from '@qbo-sync/contracts/sync/activity';
import type { CompanyProfile, SettingValues, SyncSettings } from '@qbo-sync/contracts/sync/settings';
import type { Answered, Trigger } from '@qbo-sync/contracts/sync/trigger';
import type { StreamEvent } from './events';
import type { Context, Rules } from './rules';
import { decide } from './decide';
import { evolve } from './evolve';
import { initial, standing, type State } from './stream-state';

/** Given / when / then over one stream, for specs: what happened, what happens now, what is said of it. */
export interface Story<Related> {
  readonly state: State;
  /** The events of the newest step. */
  readonly events: readonly StreamEvent[];
  readonly context: Context<Related>;
  when(trigger: Trigger): Story<Related>;
  /** From now on under these settings, relations or this time. */
  under(change: Partial<Context<Related>>): Story<Related>;
}

export function given<Data, Related>(
  rules: Rules<Data, Related>,
  ref: string,
  context: Context<Related>,
  past: readonly StreamEvent[] = [],
): Story<Related> {
  const at = (state: State, events: readonly StreamEvent[], now: Context<Related>): Story<Related> => ({
    state,
    events,
    context: now,
    when: (trigger) => {
      const said = decide(rules, state, trigger, now);
      return at(said.map(stored).reduce(evolve, state), said, now);
    },
    under: (change) => at(state, events, { ...now, ...change }),
  });
  return at(past.reduce(evolve, initial(TENANT, ref)), [], context);
}

/** As a store may give an event back: equal JSON, its keys in another order. */
function stored(event: StreamEvent): StreamEvent {
  return JSON.parse(JSON.stringify(event), (_key, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).reverse())
      : value,
  ) as StreamEvent;
}

export const TENANT = 'acme';
export const NOW = '2026-11-20T16:05:00Z';
export const BOOKS = 'books_1';

/** Each event in a line: `Changed sent`, `PushRequested put invoice:inv_1`, `Held tax_off`. */
export function lines(events: readonly StreamEvent[]): string[] {
  return events.map((event) => {
    switch (event.type) {
      case 'Changed':
        return `Changed ${event.data.change}`;
      case 'PushRequested':
        return `PushRequested ${event.data.kind} ${event.data.ref}`;
      case 'Settled':
        return ['Settled', ...event.personal.warnings.map(({ code }) => code)].join(' ');
      case 'Deferred':
      case 'Held':
      case 'Skipped':
        return `${event.type} ${event.data.code}`;
      default:
        return event.type;
    }
  });
}

export function only<Type extends StreamEvent['type']>(
  events: readonly StreamEvent[],
  type: Type,
): Extract<StreamEvent, { type: Type }> {
  const found = events.filter((event): event is Extract<StreamEvent, { type: Type }> => event.type === type);
  const [first] = found;
  if (first === undefined || found.length > 1)
    throw new Error(`${String(found.length)} events ${type}: ${lines(events).join(', ')}`);
  return first;
}

export function eventInfo(id: string, occurredAt = NOW): EventInfo {
  return {
    id,
    type: 'com.runacall.x.v1',
    occurredAt,
    receivedAt: occurredAt,
    topic: 'runacall',
    partition: 0,
    offset: '0',
  };
}

/** An event of Run a Call: `evt_<sequence>` unless an id is given. */
export function changed(
  change: string,
  sequence: number,
  data: object,
  { id = `evt_${String(sequence)}`, at = NOW }: { id?: string; at?: string } = {},
): Extract<Trigger, { kind: 'changed' }> {
  return { kind: 'changed', event: eventInfo(id, at), change, sequence, data: { ...data } };
}

export function wanted(run?: string): Extract<Trigger, { kind: 'wanted' }> {
  return { kind: 'wanted', commandId: 'cmd_1', by: 'qbo-gateway', at: NOW, ...(run === undefined ? {} : { run }) };
}

/** The gateway's answer to the newest request of a ref. */
export function answered<Related>(
  story: Pick<Story<Related>, 'state'>,
  answer: Partial<Answered> = {},
): Extract<Trigger, { kind: 'answered' }> {
  const ref = answer.ref ?? story.state.ref;
  return {
    kind: 'answered',
    answer: {
      ref,
      revision: story.state.asked[ref]?.revision ?? 0,
      attempt: 1,
      books: BOOKS,
      outcome: 'synced',
      at: NOW,
      ...((answer.outcome ?? 'synced') === 'synced' ? { quickbooksId: '58' } : {}),
      ...answer,
    },
  };
}

export const REDECIDE: Trigger = { kind: 'redecide', why: 'settings' };

export const isOpen = <Related>(story: Story<Related>): boolean => standing(story.state).open;

export const PROFILE: CompanyProfile = {
  country: 'US',
  taxMode: 'automated_us',
  customTxnNumbers: true,
  allowDiscount: true,
  autoApplyCredit: false,
  bookCloseDate: null,
  multiCurrency: false,
  homeCurrency: 'USD',
  defaultDiscountAccount: { id: '86', name: 'Discounts given' },
  undepositedAccount: { id: '4', name: 'Undeposited Funds' },
  receivableAccount: { id: '84', name: 'Accounts Receivable' },
};

export const VALUES: SettingValues = {
  'customers.push': true,
  'customers.pull': false,
  'customers.updates': true,
  'items.defaultIncomeAccount': { id: '79', name: 'Service revenue' },
  'items.categoryAccounts': [],
  'items.push': true,
  'items.pull': false,
  'items.costAccount': null,
  'items.existing': [],
  'invoices.push': true,
  'invoices.when': 'on_send',
  'invoices.numbering': 'run_a_call',
  'invoices.membershipAccount': { id: '83', name: 'Memberships' },
  'invoices.tipsAccount': { id: '95', name: 'Tips payable' },
  'invoices.discountsAccount': { id: '86', name: 'Discounts given' },
  'payments.push': true,
  'payments.stripeAccount': null,
  'payments.clearingAccount': { id: '91', name: 'Stripe clearing' },
  'payments.payoutAccount': null,
  'payments.feeAccount': null,
  'payments.disputeAccount': null,
  'payments.undepositedAccount': { id: '4', name: 'Undeposited Funds' },
  'payments.refundAccount': null,
  'payments.reconcile': true,
  'tax.rates': [
    { rateId: 'tax_tx', name: 'Texas', percentage: '8.25', code: { id: '5', name: 'Texas' }, state: 'confirmed' },
  ],
  'tax.defaultCode': null,
  'tax.untaxedCode': null,
};

/** Live settings of a US company with automated sales tax, switched on on 1 November. */
export function settings(
  change: Partial<Omit<SyncSettings, 'values'>> & { values?: Partial<SettingValues> } = {},
): SyncSettings {
  const { values, ...rest } = change;
  return {
    tenant: TENANT,
    version: 1,
    books: BOOKS,
    active: true,
    goLiveAt: '2026-11-01T12:00:00Z',
    company: { name: 'Acme', timeZone: 'America/Chicago', currency: 'USD', country: 'US' },
    profile: PROFILE,
    ...rest,
    values: { ...VALUES, ...values },
  };
}

export function context<Related>(related: Related, change: Partial<Context<Related>> = {}): Context<Related> {
  return { now: NOW, settings: settings(), related, ...change };
}

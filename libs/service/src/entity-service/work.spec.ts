import { TOPICS } from '@qbo-sync/contracts/topics';
import { DEFAULT_SETTINGS } from '@qbo-sync/contracts/sync/settings';
import type { ConsumedMessage } from '@qbo-sync/kafka/message';
import type { EntityService } from './definition';
import { readWork } from './work';

const NOW = '2026-03-01T10:00:00.000Z';

const payments: EntityService = {
  name: 'payments',
  events: [TOPICS.runacallPayments.name],
  lists: true,
  follows: {
    topic: TOPICS.runacallInvoices.name,
    store: () => Promise.resolve(),
    entities: ['invoice'],
    answered: () => Promise.resolve(),
  },
  functions: {
    decide: () => [],
    evolve: (state) => state,
    initial: () => ({}),
    standing: () => ({ open: false, waitsOn: null, revisitAt: null }),
    toMessages: () => [],
    rulesFor: (ref) => (ref.startsWith('refund:') ? undefined : {}),
    streamOf: (ref) => ref.split('/')[0] ?? ref,
  },
};

function message(topic: string, value: unknown, more: Partial<ConsumedMessage> = {}): ConsumedMessage {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return {
    topic,
    partition: 2,
    offset: '7',
    key: 'acme:payment:pay_1',
    headers: {},
    value: Buffer.from(text),
    timestamp: 0,
    ...more,
  };
}

const read = (topic: string, value: unknown, more?: Partial<ConsumedMessage>) =>
  readWork(payments, message(topic, value, more), NOW);

const answer = {
  tenant: 'acme',
  ref: 'payment:pay_1/cus_2',
  revision: 3,
  attempt: 1,
  books: 'b1',
  outcome: 'synced',
  record: '{"Id":"9","TotalAmt":129.00}',
  quickbooksId: '9',
  at: NOW,
};
const command = { commandId: 'c1', tenant: 'acme', by: 'gateway', at: NOW, ref: 'payment:pay_1' };

describe('an event of Run a Call', () => {
  const data = {
    id: 'pay_1',
    customerId: 'cus_2',
    amount: '129.00',
    currency: 'USD',
    collectedOn: '2026-02-28',
    method: 'cash',
    allocations: [],
    refunds: [],
    updatedAt: NOW,
  };
  const headers = {
    ce_specversion: '1.0',
    ce_id: 'e1',
    ce_source: 'runacall',
    ce_type: 'com.runacall.payment.collected.v1',
    ce_subject: 'pay_1',
    ce_time: '2026-02-28T09:00:00Z',
    ce_tenant: 'acme',
    ce_sequence: '4',
  };

  it('is admitted once by source and id, and changes its stream', () => {
    const work = read(TOPICS.runacallPayments.name, data, { key: 'acme:pay_1', headers });
    expect(work).toMatchObject({
      do: 'decide',
      tenant: 'acme',
      stream: 'payment:pay_1',
      once: { source: 'runacall', eventId: 'e1' },
      trigger: {
        kind: 'changed',
        change: 'collected',
        sequence: 4,
        event: { id: 'e1', occurredAt: '2026-02-28T09:00:00Z', receivedAt: NOW, partition: 2, offset: '7' },
      },
    });
  });

  it('may concern several streams: its row is the first one’s, the others only take it in', () => {
    const concerning: EntityService = {
      ...payments,
      functions: {
        ...payments.functions,
        concerns: (ref, change) => [
          { stream: 'refund:re_1', data: { change } },
          { stream: ref, data: {} },
        ],
      },
    };
    const sent = message(TOPICS.runacallPayments.name, data, { key: 'acme:pay_1', headers });
    expect(readWork(concerning, sent, NOW)).toMatchObject({
      do: 'decide',
      stream: 'refund:re_1',
      ref: 'payment:pay_1',
      trigger: { kind: 'changed', data: { change: 'collected' } },
      beside: [{ stream: 'payment:pay_1', trigger: { kind: 'changed', data: {}, beside: true, sequence: 4 } }],
    });
  });

  it('that cannot be read is set aside with what could be told', () => {
    const work = read(TOPICS.runacallPayments.name, { ...data, amount: 129 }, { key: 'acme:pay_1', headers });
    expect(work).toMatchObject({ do: 'park', code: 'number_not_text', tenant: 'acme', eventId: 'e1' });
  });

  it('of a followed topic is taken in apart from its own; unreadable ones are their owner’s to show', () => {
    expect(read(TOPICS.runacallInvoices.name, 'nonsense')).toEqual({ do: 'nothing' });
  });
});

describe('an answer', () => {
  it('goes to the stream of its ref, its numbers as text', () => {
    expect(read(TOPICS.answers.name, answer)).toMatchObject({
      do: 'decide',
      stream: 'payment:pay_1',
      ref: 'payment:pay_1/cus_2',
      trigger: { kind: 'answered', answer: { revision: 3, record: { Id: '9', TotalAmt: '129.00' } } },
    });
  });

  it('for another service is only heard of', () => {
    expect(read(TOPICS.answers.name, { ...answer, ref: 'invoice:inv_1' })).toMatchObject({
      do: 'heard',
      tenant: 'acme',
      ref: 'invoice:inv_1',
    });
  });

  it('of an entity whose answers are not stored is heard of by its key alone; unreadable ones are their owner’s to show', () => {
    expect(read(TOPICS.answers.name, 'nonsense', { key: 'acme:customer:cus_1' })).toEqual({
      do: 'heard',
      tenant: 'acme',
      ref: 'customer:cus_1',
    });
    const stored = { ...answer, ref: 'invoice:inv_1' };
    expect(read(TOPICS.answers.name, stored, { key: 'acme:invoice:inv_1' })).toMatchObject({ answer: stored });
    expect(read(TOPICS.answers.name, 'nonsense', { key: 'acme:payment:pay_1' })).toMatchObject({ do: 'park' });
  });

  it('with a record that is not JSON, or breaking its contract, is set aside', () => {
    expect(read(TOPICS.answers.name, { ...answer, record: '{' })).toMatchObject({ do: 'park', code: 'unreadable' });
    expect(read(TOPICS.answers.name, { ...answer, revision: 'x' })).toMatchObject({
      do: 'park',
      code: 'field_invalid',
    });
  });
});

describe('a command', () => {
  it.each([
    [
      { ...command, kind: 'push', run: 'v1' },
      { do: 'decide', trigger: { kind: 'wanted', run: 'v1' }, once: { eventId: 'c1' } },
    ],
    [
      { ...command, kind: 'dismiss' },
      { do: 'decide', trigger: { kind: 'dismiss', commandId: 'c1' } },
    ],
    [{ ...command, kind: 'push', ref: 'invoice:inv_1' }, { do: 'nothing' }],
    [
      { ...command, kind: 'push', ref: 'refund:re_1' },
      { do: 'park', code: 'unreadable', params: {} },
    ],
    [
      { ...command, kind: 'dismiss', revision: 7 },
      { do: 'decide', trigger: { kind: 'dismiss', revision: 7 } },
    ],
    [
      { ...command, kind: 'restore' },
      { do: 'decide', trigger: { kind: 'restore', by: 'gateway' } },
    ],
    [
      { ...command, kind: 'resolve', choice: 'link 58', revision: 7 },
      { do: 'decide', trigger: { kind: 'resolve', choice: 'link 58', revision: 7 }, once: { eventId: 'c1' } },
    ],
    [
      { ...command, kind: 'resolve' },
      { do: 'park', code: 'field_missing', params: { field: 'choice' } },
    ],
    [
      { ...command, kind: 'resolve', choice: 'post it' },
      { do: 'park', code: 'field_invalid', params: { field: 'choice' } },
    ],
    [
      { ...command, kind: 'replay', topic: TOPICS.runacallPayments.name, from: command.at, to: command.at },
      { do: 'replay', replay: { tenant: 'acme', ids: undefined, dryRun: false }, once: { eventId: 'c1' } },
    ],
    [
      { ...command, tenant: undefined, kind: 'replay', topic: TOPICS.answers.name, from: command.at, to: command.at },
      { do: 'replay', replay: { tenant: undefined, topic: TOPICS.answers.name } },
    ],
    [
      { ...command, kind: 'replay', topic: TOPICS.runacallItems.name, from: command.at, to: command.at },
      { do: 'nothing' },
    ],
    [
      { ...command, kind: 'replay', topic: TOPICS.runacallPayments.name, from: command.at },
      { do: 'park', code: 'field_missing', params: { field: 'to' } },
    ],
    [
      { ...command, tenant: undefined, kind: 'push' },
      { do: 'park', code: 'field_missing' },
    ],
    [
      { ...command, kind: 'redecide', refs: ['payment:pay_1/cus_2', 'invoice:x'] },
      { do: 'redecide', streams: ['payment:pay_1'] },
    ],
    [{ ...command, kind: 'redecide', refs: ['invoice:x'] }, { do: 'nothing' }],
    [
      { ...command, kind: 'redecide', entity: 'payment' },
      { do: 'redecide', entity: 'payment', streams: undefined, closed: false },
    ],
    [
      { ...command, kind: 'redecide', entity: 'payment', closed: true },
      { do: 'redecide', entity: 'payment', streams: undefined, closed: true },
    ],
    [
      { ...command, kind: 'redecide', closed: true },
      { do: 'redecide', entity: undefined, streams: undefined, closed: false },
    ],
    [{ ...command, kind: 'redecide', entity: 'invoice' }, { do: 'nothing' }],
  ])('%j', (value, expected) => {
    expect(read(TOPICS.commands.name, value)).toMatchObject(expected);
  });
});

describe('settings and changes', () => {
  const settings = {
    tenant: 'acme',
    version: 4,
    books: null,
    active: false,
    goLiveAt: null,
    company: { name: 'A', timeZone: 'America/Chicago', currency: 'USD', country: 'US' },
    profile: null,
    values: DEFAULT_SETTINGS,
  };
  const change = {
    tenant: 'acme',
    books: 'b1',
    ref: 'account:tips',
    resource: 'Account',
    record: '{}',
    changed: [],
    origin: 'list',
    at: NOW,
  };

  it('settings are stored; a tombstone changes nothing', () => {
    expect(read(TOPICS.settings.name, settings)).toMatchObject({ do: 'settings', settings: { version: 4 } });
    expect(read(TOPICS.settings.name, '', { value: null })).toEqual({ do: 'nothing' });
  });

  it('what its own list asked for is listed; other changes are not its own', () => {
    expect(read(TOPICS.changes.name, change)).toMatchObject({ do: 'decide', trigger: { kind: 'listed' } });
    expect(read(TOPICS.changes.name, { ...change, ref: 'profile:Account' })).toEqual({ do: 'nothing' });
  });

  it('a record of a resource it reads goes to the stream that reads it', () => {
    const { ref: _ref, ...unlinked } = { ...change, resource: 'Preferences', origin: 'qbo', changed: [] };
    const reads = { resources: ['Preferences'], stream: 'payment:profile' };
    const readBy = (service: EntityService) => readWork(service, message(TOPICS.changes.name, unlinked), NOW);
    expect(readBy({ ...payments, reads })).toMatchObject({
      ...{ do: 'decide', stream: 'payment:profile', ref: 'payment:profile' },
      trigger: { kind: 'listed', resource: 'Preferences', record: change.record },
    });
    expect(readBy(payments)).toEqual({ do: 'nothing' });
  });

  it('what somebody changed of its own records in QuickBooks is theirs', () => {
    const theirs = { ...change, origin: 'qbo', changed: ['Name'], gone: 'inactive' };
    expect(read(TOPICS.changes.name, theirs)).toMatchObject({
      do: 'decide',
      stream: change.ref,
      trigger: { kind: 'theirs', ref: change.ref, changed: ['Name'], gone: 'inactive' },
    });
    expect(read(TOPICS.changes.name, { ...theirs, ref: 'customer:cus_1' })).toEqual({ do: 'nothing' });
    const { ref: _ref, ...unlinked } = theirs;
    expect(read(TOPICS.changes.name, unlinked)).toEqual({ do: 'nothing' });
  });
});

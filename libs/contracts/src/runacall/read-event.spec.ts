import { readEvent, type WireMessage } from './read-event';

const invoice = {
  id: 'inv_1041',
  number: 'RAC-1041',
  customerId: 'cus_88',
  currency: 'USD',
  issuedOn: '2026-11-20',
  lines: [
    {
      id: 'l1',
      kind: 'service',
      name: 'AC tune-up',
      quantity: '1',
      unitPrice: '129.00',
      amount: '129.00',
      taxable: false,
    },
  ],
  taxes: [],
  subtotal: '129.00',
  taxTotal: '0.00',
  total: '129.00',
  balance: '129.00',
  updatedAt: '2026-11-20T16:04:05Z',
};
const headers = {
  ce_specversion: '1.0',
  ce_id: 'evt_9f2c',
  ce_source: '/run-a-call',
  ce_type: 'com.runacall.invoice.sent.v1',
  ce_subject: 'inv_1041',
  ce_time: '2026-11-20T16:04:05Z',
  ce_tenant: 'acme',
  ce_sequence: '3',
  'content-type': 'application/json',
};
const message = (change: Partial<WireMessage> & { data?: unknown } = {}): WireMessage => ({
  topic: 'runacall.invoices.v1',
  key: 'acme:inv_1041',
  headers,
  value: new TextEncoder().encode(JSON.stringify(change.data ?? invoice)),
  ...change,
});

describe('reading an event of Run a Call', () => {
  it('takes binary mode', () => {
    expect(readEvent(message())).toMatchObject({
      outcome: 'event',
      event: {
        id: 'evt_9f2c',
        change: 'sent',
        entity: 'invoice',
        subject: 'inv_1041',
        tenant: 'acme',
        sequence: 3,
        dataText: JSON.stringify(invoice),
      },
    });
  });

  it('takes structured mode and says the same', () => {
    const structured = {
      specversion: '1.0',
      id: 'evt_9f2c',
      source: '/run-a-call',
      type: 'com.runacall.invoice.sent.v1',
      subject: 'inv_1041',
      time: '2026-11-20T16:04:05Z',
      tenant: 'acme',
      sequence: '3',
      datacontenttype: 'application/json',
      data: invoice,
    };
    const read = readEvent(
      message({ headers: { 'content-type': 'application/cloudevents+json; charset=utf-8' }, data: structured }),
    );
    expect(read).toEqual(readEvent(message()));
  });

  it('ignores a field it does not know', () => {
    expect(readEvent(message({ data: { ...invoice, loyaltyTier: 7.5 } })).outcome).toBe('event');
  });

  it('carries the trace context through', () => {
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    expect(readEvent(message({ headers: { ...headers, traceparent } }))).toMatchObject({ event: { traceparent } });
  });

  const { total: _total, ...withoutTotal } = invoice;
  const text = (value: string): Uint8Array => new TextEncoder().encode(value);
  it.each<[string, WireMessage, string, Record<string, string>]>([
    ['not JSON', message({ value: text('{oops') }), 'not_json', {}],
    ['not an object', message({ value: text('[1]') }), 'not_json', {}],
    ['a tombstone', message({ value: null }), 'not_json', {}],
    ['bytes that are not UTF-8', message({ value: new Uint8Array([0x7b, 0xff, 0x7d]) }), 'not_json', {}],
    [
      'an unknown type',
      message({ headers: { ...headers, ce_type: 'com.runacall.invoice.archived.v1' } }),
      'unreadable',
      { type: 'com.runacall.invoice.archived.v1' },
    ],
    [
      'a number where a decimal string belongs',
      message({ data: { ...invoice, total: 129 } }),
      'number_not_text',
      { field: 'total' },
    ],
    [
      'the same inside a line',
      message({ data: { ...invoice, lines: [{ ...invoice.lines[0], amount: 129 }] } }),
      'number_not_text',
      { field: 'lines.0.amount' },
    ],
    ['a missing field', message({ data: withoutTotal }), 'field_missing', { field: 'total' }],
    [
      'a day that is none',
      message({ data: { ...invoice, issuedOn: '20.11.2026' } }),
      'field_invalid',
      { field: 'issuedOn' },
    ],
    ['no key', message({ key: null }), 'key_missing', {}],
    ["another aggregate's key", message({ key: 'acme:inv_7' }), 'key_invalid', {}],
    ['no event id', message({ headers: { ...headers, ce_id: undefined } }), 'envelope_invalid', { field: 'ce_id' }],
    [
      'a sequence that is no integer',
      message({ headers: { ...headers, ce_sequence: '3.5' } }),
      'envelope_invalid',
      { field: 'ce_sequence' },
    ],
    [
      'a tenant that is no id',
      message({ headers: { ...headers, ce_tenant: 'Acme Heating' } }),
      'envelope_invalid',
      { field: 'ce_tenant' },
    ],
    ["another aggregate's data", message({ data: { ...invoice, id: 'inv_7' } }), 'field_invalid', { field: 'id' }],
  ])('says why of %s', (_what, bad, code, params) => {
    const read = readEvent(bad);
    expect(read).toMatchObject({ outcome: 'unreadable', code, params });
  });

  it('still tells whose it was', () => {
    expect(readEvent(message({ value: text('{oops') }))).toMatchObject({
      tenant: 'acme',
      eventId: 'evt_9f2c',
      subject: 'inv_1041',
    });
    expect(readEvent(message({ headers: {}, value: text('{}') }))).toMatchObject({ tenant: 'acme' });
  });

  it('a time that no calendar has is refused, and not told as the time of the event', () => {
    const read = readEvent(message({ headers: { ...headers, ce_time: '2026-02-30T00:00:00Z' } }));
    expect(read).toMatchObject({ code: 'envelope_invalid', params: { field: 'ce_time' } });
    expect(read).not.toHaveProperty('time');
    expect(readEvent(message({ data: { ...invoice, issuedOn: '2026-02-30' } }))).toMatchObject({
      code: 'field_invalid',
      params: { field: 'issuedOn' },
    });
  });

  it('never says a value in its params', () => {
    const read = readEvent(message({ data: { ...invoice, customerId: 42 } }));
    expect(JSON.stringify(read)).not.toContain('42');
  });
});

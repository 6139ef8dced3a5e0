import fc from 'fast-check';
import { check, isDay, isDecimalString, isInstant } from './validation';
import { SyncCommand } from './sync/command';
import { QboRequest } from './sync/request';
import { SyncSettings, DEFAULT_SETTINGS } from './sync/settings';

describe('decimal strings', () => {
  it.each(['0', '0.00', '129.50', '-7.5', '999999999999999.9999999'])('%s is one', (text) =>
    expect(isDecimalString(text)).toBe(true),
  );
  it.each(['', '.5', '5.', '1,000.00', '1e3', '+1', ' 1', '1.12345678', 'NaN', 129.5, null])('%p is none', (text) =>
    expect(isDecimalString(text)).toBe(false),
  );
});

describe('days and instants', () => {
  it.each(['2026-11-20', '2028-02-29', '2026-12-31'])('%s is a day', (text) => expect(isDay(text)).toBe(true));
  it.each([
    '2026-02-29',
    '2026-02-30',
    '2026-04-31',
    '2026-13-01',
    '2026-00-10',
    '2026-11-00',
    '0000-01-01',
    '2026-11-20Z',
    20261120,
  ])('%p is none', (value) => expect(isDay(value)).toBe(false));
  it.each(['2026-11-20T16:04:05Z', '2026-11-20t16:04:05.123456z', '2026-11-20T23:59:59-08:00'])(
    '%s is an instant',
    (text) => expect(isInstant(text)).toBe(true),
  );
  it.each([
    '2026-02-30T00:00:00Z',
    '2026-13-45T00:00:00Z',
    '2026-11-20T24:00:00Z',
    '2026-11-20T16:60:00Z',
    '2026-11-20T16:04:05',
    '2026-11-20T16:04:05+24:00',
    'yesterday',
  ])('%s is none', (text) => expect(isInstant(text)).toBe(false));
});

describe('our own messages', () => {
  const request = {
    tenant: 'acme',
    ref: 'invoice:inv_1',
    revision: 2,
    books: 'b1',
    lane: 'live',
    occurredAt: '2026-11-20T16:04:05Z',
    kind: 'put',
    resource: 'Invoice',
    how: { path: 'invoice', update: 'whole', always: ['Line'] },
    body: '{}',
    find: { where: [['DocNumber', 'RAC-1']], agree: ['TotalAmt'], adopt: false },
  };

  it('takes a request', () => {
    expect(check(QboRequest, request)).toMatchObject({ ok: true });
  });

  it.each([
    ['kind', 'shove'],
    ['tenant', 'A B'],
    ['revision', 'two'],
    ['how', { path: 'invoice', update: 'some' }],
  ])('refuses a request with a wrong %s and names it', (field, value) => {
    const checked = check(QboRequest, { ...request, [field]: value });
    expect(checked).toMatchObject({ ok: false, fault: { code: 'field_invalid' } });
    expect(checked.ok ? '' : checked.fault.path).toMatch(new RegExp(`^${field}`));
  });

  it('takes a command and the settings with their defaults', () => {
    expect(
      check(SyncCommand, {
        commandId: 'c1',
        kind: 'push',
        tenant: 'acme',
        by: 'gateway',
        at: '2026-11-20T16:04:05Z',
        ref: 'customer:cus_1',
      }),
    ).toMatchObject({ ok: true });
    expect(
      check(SyncSettings, {
        tenant: 'acme',
        version: 1,
        books: null,
        active: false,
        goLiveAt: null,
        company: { name: 'Acme', timeZone: 'America/Chicago', currency: 'USD', country: 'US' },
        profile: null,
        values: DEFAULT_SETTINGS,
      }),
    ).toMatchObject({ ok: true });
  });

  it('never throws, whatever it is given', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => typeof check(QboRequest, value).ok === 'boolean'),
      { numRuns: 300 },
    );
  });
});

describe('fields that a class does not have', () => {
  const command = {
    kind: 'push',
    tenant: 'acme',
    ref: 'invoice:inv_1',
    commandId: 'c1',
    by: 'company',
    at: '2026-11-20T16:04:05Z',
    when: 'now',
  };

  it('are ignored in messages', () => expect(check(SyncCommand, command)).toMatchObject({ ok: true }));

  it('are faults where only known ones are taken, with those there are', () => {
    expect(check(SyncCommand, command, { onlyKnown: true })).toMatchObject({
      ok: false,
      fault: { path: 'when', code: 'field_invalid', message: expect.stringContaining('commandId') },
    });
  });
});

import fc from 'fast-check';
import { check, isDecimalString } from './validation';
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

import { type PayoutDecision, payoutStanding } from './payout-standing';

const of = (type: string, ref = 'payout:po_1', more: Partial<PayoutDecision> = {}): PayoutDecision => ({
  ...{ ref, type, code: null, reason: undefined, quickbooks: null },
  ...more,
});
const posted = (ref: string, id: string): PayoutDecision => of('Settled', ref, { quickbooks: { type: 'Deposit', id } });
const stopped = (type: string, code: 'parts' | 'payout_kind' | 'refused' | 'unchanged' | 'setting_off', ref?: string) =>
  of(type, ref, { code, reason: { code } });
const second = 'payout:po_1/2';

describe('how a payout stands', () => {
  it.each<[string, readonly PayoutDecision[], string, string]>([
    ['nothing decided yet', [], 'waiting', ''],
    ['it waits for its parts', [stopped('Deferred', 'parts')], 'waiting', 'parts'],
    ['asked for', [stopped('Deferred', 'parts'), of('PushRequested')], 'waiting', ''],
    ['posted', [of('PushRequested'), posted('payout:po_1', '1')], 'equal', ''],
    [
      'one of two deposits posted',
      [of('PushRequested'), of('PushRequested', second), posted('payout:po_1', '1')],
      'waiting',
      '',
    ],
    [
      'both',
      [of('PushRequested'), of('PushRequested', second), posted(second, '2'), posted('payout:po_1', '1')],
      'equal',
      '',
    ],
    [
      'one of two refused, the other posted after that',
      [
        of('PushRequested'),
        of('PushRequested', second),
        stopped('Held', 'refused', second),
        posted('payout:po_1', '1'),
      ],
      'missing',
      'refused',
    ],
    [
      'failed after it was posted: its entry is on its way',
      [posted('payout:po_1', '1'), of('PushRequested', 'payout:po_1/failed')],
      'waiting',
      '',
    ],
    ['what Stripe does not itemise', [stopped('Held', 'payout_kind')], 'manual', 'payout_kind'],
    ['handled in QuickBooks', [stopped('Held', 'refused', second), of('Dismissed')], 'closed', ''],
    ['told again', [posted('payout:po_1', '1'), stopped('Skipped', 'unchanged')], 'equal', 'unchanged'],
    ['not posted by the settings', [stopped('Skipped', 'setting_off')], 'closed', 'setting_off'],
  ])('%s', (_what, decisions, state, reason) => {
    const standing = payoutStanding(decisions);
    expect([standing.state, standing.reason?.code ?? '']).toEqual([state, reason]);
  });

  it('names its records in their order, one that stands although something else was asked for since too', () => {
    const decisions = [posted(second, '12'), posted('payout:po_1', '11'), of('PushRequested')];
    expect(payoutStanding(decisions).quickbooks).toEqual([
      { type: 'Deposit', id: '11' },
      { type: 'Deposit', id: '12' },
    ]);
  });
});

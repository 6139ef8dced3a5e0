import type { StripeDispute } from '@qbo-sync/contracts/stripe/dispute';
import type { SettingValues } from '@qbo-sync/contracts/sync/settings';
import { changed, context, given, lines, only, settings, type Story } from '../sync/spec-kit';
import { driftOf } from '../sync/drift';
import { type DisputeRelated, disputeRules } from './dispute';

const ref = 'dispute:dp_1';
const EXPENSE = { id: '93', name: 'Stripe disputes', type: 'Expense' };
const ASSET = { id: '93', name: 'Stripe disputes', type: 'Other Current Asset' };

const DISPUTE: StripeDispute = {
  ...{ id: 'dp_1', charge: 'ch_1', amount: '179.7', currency: 'USD', createdAt: '2026-11-20T16:00:00Z' },
  status: 'needs_response',
};
const start = (values: Partial<SettingValues>, goLiveAt = '2026-11-01T00:00:00Z'): Story<DisputeRelated> =>
  given(disputeRules, ref, context({ called: 'RAC-1041' }, { settings: settings({ values, goLiveAt }) }));
const told = (status: string, sequence = 2) => changed(status, sequence, { dispute: { ...DISPUTE, status } });

describe('§10.5 what becomes of a dispute', () => {
  test.each<[string, string, Partial<SettingValues>, string]>([
    ['opened, an expense account', 'needs_response', { 'payments.disputeAccount': EXPENSE }, 'Skipped in_payout'],
    ['opened, an asset account', 'needs_response', { 'payments.disputeAccount': ASSET }, 'Skipped in_payout'],
    ['won', 'won', { 'payments.disputeAccount': ASSET }, 'Skipped in_payout'],
    ['only asked about, and over', 'warning_closed', { 'payments.disputeAccount': ASSET }, 'Skipped in_payout'],
    ['lost, an expense account', 'lost', { 'payments.disputeAccount': EXPENSE }, 'Skipped in_payout'],
    [
      'lost, an account chosen before types were kept',
      'lost',
      { 'payments.disputeAccount': { id: '93', name: 'Stripe disputes' } },
      'Skipped in_payout',
    ],
    ['lost, no account', 'lost', { 'payments.disputeAccount': null }, 'Skipped in_payout'],
    ['lost, an asset account', 'lost', { 'payments.disputeAccount': ASSET }, 'Held dispute'],
    [
      'lost, payouts are not synced',
      'lost',
      { 'payments.disputeAccount': ASSET, 'payments.reconcile': false },
      'Skipped setting_off',
    ],
    ['lost, payments are not synced', 'lost', { 'payments.push': false }, 'Skipped setting_off'],
  ])('%s', (_what, status, values, outcome) => {
    expect(lines(start(values).when(told(status)).events)).toEqual([`Changed ${status}`, outcome]);
  });

  test('before go-live it is not ours', () => {
    const before = start({ 'payments.disputeAccount': ASSET }, '2026-11-20T18:00:00Z').when(told('lost'));
    expect(lines(before.events)).toEqual(['Changed lost', 'Skipped before_cutover']);
  });
});

test('§11 dispute: a lost one names the invoice, the amount and the account, until a person has dealt with it', () => {
  const opened = start({ 'payments.disputeAccount': ASSET }).when(told('needs_response', 1));
  const lost = opened.when(told('lost'));
  expect(only(lost.events, 'Held').personal.reason).toEqual({
    code: 'dispute',
    params: { n: 'RAC-1041', x: '179.70', account: 'Stripe disputes' },
  });
  // Heard of again, or of how it stood before: nothing new.
  expect(lines(lost.when(told('needs_response', 1)).events)).toEqual(['Skipped replaced']);
  const left = lost.when({ kind: 'resolve', commandId: 'cmd_1', by: 'ana', choice: 'leave' });
  expect(lines(left.events)).toEqual(['Dismissed']);
  // Nothing of it is ever in QuickBooks: it is no part of the drift between the books.
  expect(driftOf(disputeRules, lost.state, lost.context)).toBeUndefined();
});

test('with the account exchanged for an expense, nothing waits any more', () => {
  const lost = start({ 'payments.disputeAccount': ASSET }).when(told('lost'));
  const booked = lost
    .under({ settings: settings({ values: { 'payments.disputeAccount': EXPENSE }, version: 2 }) })
    .when({ kind: 'redecide', why: 'settings' });
  expect(lines(booked.events)).toEqual(['Skipped in_payout']);
});

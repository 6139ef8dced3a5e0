import Stripe from 'stripe';
import { readWebhook } from './webhook';

const NOW = Date.parse('2026-12-02T10:00:00Z');
const NOW_S = NOW / 1000;
const BODY = JSON.stringify({
  id: 'evt_1',
  object: 'event',
  type: 'payout.paid',
  account: 'acct_1',
  created: NOW_S,
  data: { object: { id: 'po_1', object: 'payout' } },
});
const signed = (payload = BODY, secret = 'whsec_new', timestamp = NOW_S): string =>
  Stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp });
const read = (header: string | undefined, body = BODY, secrets = ['whsec_new', 'whsec_old']) =>
  readWebhook(Buffer.from(body), header, secrets, NOW);
const refused = (why: string) => ({ is: 'refused', why });

test('an event with a good signature, by either secret of a rotation', () => {
  const event = {
    id: 'evt_1',
    type: 'payout.paid',
    account: 'acct_1',
    objectId: 'po_1',
    createdAt: '2026-12-02T10:00:00.000Z',
  };
  expect(read(signed())).toEqual({ is: 'event', event });
  expect(read(signed(BODY, 'whsec_old'))).toEqual({ is: 'event', event });
  expect(read(signed(), BODY, ['\twhsec_new\n'])).toEqual({ is: 'event', event });
});

test('one good signature of several is enough', () => {
  const [t, v1] = signed().split(',');
  expect(read(`${t},v1=${'0'.repeat(64)},${v1}`).is).toBe('event');
});

test.each([
  ['none', undefined],
  ['empty', ''],
  ['of another secret', signed(BODY, 'whsec_other')],
  ['of other bytes', signed(`${BODY} `)],
  ['of an old scheme alone', signed().replace('v1=', 'v0=')],
  ['without a moment', signed().replace(/^t=\d+,/, '')],
  ['of a moment that is no number', signed().replace(/^t=\d+/, 't=soon')],
])('a signature: %s', (_what, header) => {
  expect(read(header)).toEqual(refused('signature'));
});

test('without a secret nothing is taken', () => {
  expect(read(signed(), BODY, [])).toEqual(refused('signature'));
  expect(read(signed(BODY, ' '), BODY, ['', ' '])).toEqual(refused('signature'));
});

test.each([
  [-300, 'event'],
  [-301, 'age'],
  [60, 'event'],
  [61, 'future'],
])('signed %i s from now: %s', (seconds, wanted) => {
  const reading = read(signed(BODY, 'whsec_new', NOW_S + seconds));
  expect(reading.is === 'event' ? 'event' : reading.why).toBe(wanted);
});

test.each([
  'not json',
  '[]',
  'null',
  '{}',
  '{"object":"v2.core.event"}',
  '{"id":"evt_1","type":"payout.paid","created":1,"data":{}}',
])('well signed but no event: %s', (body) => {
  expect(read(signed(body), body)).toEqual(refused('unreadable'));
});

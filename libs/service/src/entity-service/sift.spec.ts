import type { ConsumedMessage } from '@qbo-sync/kafka/message';
import { isAskedFor } from './sift';

const headers = { ce_id: 'evt_1', ce_tenant: 'acme', ce_subject: 'itm_1' };
const message = (change: Partial<ConsumedMessage> = {}): ConsumedMessage => ({
  topic: 'runacall.items.v1',
  partition: 0,
  offset: '0',
  key: 'acme:itm_1',
  headers,
  // Never looked at: not even JSON.
  value: Buffer.from('{'),
  timestamp: 0,
  ...change,
});
const structured = message({
  headers: { 'content-type': 'application/cloudevents+json' },
  value: Buffer.from(JSON.stringify({ specversion: '1.0', id: 'evt_1', tenant: 'acme', subject: 'itm_1' })),
});
const all = { tenant: undefined, ids: undefined };

describe('what a replay asks for', () => {
  it.each([
    ['every record', message(), all, true],
    ['a company', message(), { ...all, tenant: 'acme' }, true],
    ['another company', message(), { ...all, tenant: 'umbrella' }, false],
    ['a company of a record of our own topics, by its key', message({ headers: {} }), { ...all, tenant: 'acme' }, true],
    ['another company, by its key', message({ headers: {} }), { ...all, tenant: 'umbrella' }, false],
    ['a company of a record that names none', message({ headers: {}, key: null }), { ...all, tenant: 'acme' }, false],
    ['an event id', message(), { ...all, ids: ['evt_1'] }, true],
    ['a subject', message(), { ...all, ids: ['itm_1'] }, true],
    ['a ref, by the key', message({ headers: {}, key: 'acme:item:itm_1' }), { ...all, ids: ['item:itm_1'] }, true],
    ['other ids', message(), { ...all, ids: ['evt_2', 'itm_2'] }, false],
    ['an id of another company', message(), { tenant: 'umbrella', ids: ['evt_1'] }, false],
    ['the id of a structured event', structured, { ...all, ids: ['evt_1'] }, true],
    ['other ids than a structured event’s', structured, { ...all, ids: ['evt_2'] }, false],
  ])('%s', (_what, record, asked, is) => expect(isAskedFor(record, asked)).toBe(is));
});

import { readDelivery } from './delivery';

const cloudEvent = (change: object = {}): object => ({
  specversion: '1.0',
  id: '88cd52aa',
  source: 'intuit.dsnBgbseACLLRZNxo2dfc4evmEJdxde58xeeYcZliOU=',
  type: 'qbo.invoice.void.v1',
  time: '2025-09-10T21:31:25.179851517Z',
  intuitentityid: '1234',
  intuitaccountid: '310687',
  ...change,
});

describe('a webhook delivery', () => {
  it('as CloudEvents: each with its own realm; `void` and `voided` are the same', () => {
    const body = [cloudEvent(), cloudEvent({ id: '2', type: 'qbo.customer.voided.v1', intuitaccountid: '42' })];
    expect(readDelivery(JSON.stringify(body))).toEqual([
      { id: '88cd52aa', realmId: '310687', resource: 'invoice', qboId: '1234', operation: 'void' },
      { id: '2', realmId: '42', resource: 'customer', qboId: '1234', operation: 'void' },
    ]);
  });

  it('in the older shape: an event is known again by what it says', () => {
    const entity = {
      name: 'Vendor',
      id: '1',
      operation: 'Merge',
      lastUpdated: '2015-10-05T14:42:19-0700',
      deletedId: '7',
    };
    const body = JSON.stringify({
      eventNotifications: [{ realmId: '1185883450', dataChangeEvent: { entities: [entity] } }],
    });
    const [event] = readDelivery(body);
    expect(event).toMatchObject({ realmId: '1185883450', resource: 'Vendor', operation: 'merge', mergedFrom: '7' });
    expect(readDelivery(body)).toEqual([event]);
    const later = readDelivery(body.replace('14:42:19', '14:42:20'));
    expect(later[0]?.id).not.toBe(event?.id);
  });

  it('leaves out what it cannot read and takes the rest', () => {
    const body = [null, 7, {}, cloudEvent({ intuitaccountid: 310687 }), cloudEvent({ type: 'other' }), cloudEvent()];
    expect(readDelivery(JSON.stringify(body))).toHaveLength(1);
    expect(readDelivery('not JSON')).toEqual([]);
    expect(readDelivery('{"eventNotifications":{}}')).toEqual([]);
    expect(readDelivery(JSON.stringify([cloudEvent({ type: 'qbo.class.frozen.v2' })]))[0]?.operation).toBe('other');
  });
});

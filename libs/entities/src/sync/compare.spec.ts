import { differences, valueAt } from './compare';

const record = {
  TotalAmt: '179.7',
  Active: true,
  Line: [{ Amount: '129' }, { Amount: '37.00', SalesItemLineDetail: { ItemRef: { value: '11' } } }],
  TxnTaxDetail: { TotalTax: '13.70' },
};

describe('what QuickBooks’ record says differently', () => {
  it('numbers are compared by value, texts as they are, through arrays', () => {
    expect(
      differences(record, {
        TotalAmt: '179.70',
        Active: 'true',
        'Line.0.Amount': '129.00',
        'Line.1.SalesItemLineDetail.ItemRef.value': '11',
        'TxnTaxDetail.TotalTax': '13.7',
      }),
    ).toEqual([]);
  });

  it('names the paths that differ; a missing value differs', () => {
    expect(
      differences(record, {
        TotalAmt: '179.71',
        Active: 'false',
        'Line.2.Amount': '1',
        DocNumber: 'RAC-1',
        'Line.0': '129',
      }),
    ).toEqual(['TotalAmt', 'Active', 'Line.2.Amount', 'DocNumber', 'Line.0']);
  });

  it('a number never equals by being close', () => {
    expect(differences({ TotalAmt: '0.30000000000000001' }, { TotalAmt: '0.3' })).toEqual(['TotalAmt']);
  });

  it('reads one value', () => {
    expect(valueAt(record, 'Line.1.Amount')).toBe('37.00');
    expect(valueAt(record, 'Line.x.Amount')).toBeUndefined();
    expect(valueAt(record, 'TotalAmt.value')).toBeUndefined();
  });
});

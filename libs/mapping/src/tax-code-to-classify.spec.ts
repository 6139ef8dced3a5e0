import { UK, withValues } from './context.fixtures';
import { fallbackCode, percentageOf, toClassifyRef, toTaxAgency, toTaxCode } from './tax-code-to-classify';
import { FAMILY_CASES } from './tax-code-to-classify.fixtures';

describe('the family "To classify"', () => {
  test.each(FAMILY_CASES)('§$section $ref', ({ ref, path, resource, body }) => {
    const mapped = toTaxAgency(ref) ?? toTaxCode(ref);
    expect(mapped).toMatchObject({ resource, how: { path }, body, find: { adopt: true } });
  });

  test('§7 a code is found again by its name, and its id read from the tax service’s own answer', () => {
    expect(toTaxCode('tax-code:8.25')).toMatchObject({
      how: { wrapper: '', id: 'TaxCodeId' },
      find: { where: [['Name', 'To classify 8.25%']] },
    });
  });

  test.each(['tax-agency:other', 'tax-code:', 'tax-code:-1', 'tax-code:eight', 'tax-rate:8.25'])(
    '%s is none',
    (ref) => {
      expect(toTaxAgency(ref) ?? toTaxCode(ref)).toBeUndefined();
    },
  );

  test('§7 one code per percentage, however it is written', () => {
    expect(['8.25', '8.250', '20', '20.00', '0'].map(toClassifyRef)).toEqual([
      'tax-code:8.25',
      'tax-code:8.25',
      'tax-code:20',
      'tax-code:20',
      'tax-code:0',
    ]);
    expect(percentageOf('tax-code:9.975')).toBe('9.975');
  });
});

describe('the code of an unmapped rate', () => {
  const family = withValues(UK, { 'tax.defaultCode': { id: 'to_classify', name: 'To classify' } });

  test('§7 the family’s code of the rate’s own percentage', () => {
    expect(fallbackCode('tax_new', family)).toEqual({ value: { $ref: 'tax-code:12.5' } });
    expect(fallbackCode('tax_20', family)).toEqual({ value: { $ref: 'tax-code:20' } });
  });

  test('§7 a rate nobody told us of has no percentage, so no code', () => {
    expect(fallbackCode('tax_unheard', family)).toBeUndefined();
  });

  test('§6.4 the code a person chose, whatever the rate; none without a default', () => {
    const chosen = withValues(UK, { 'tax.defaultCode': { id: '5', name: 'Mixed' } });
    expect(fallbackCode('tax_unheard', chosen)).toEqual({ value: '5' });
    expect(fallbackCode('tax_new', UK)).toBeUndefined();
  });
});

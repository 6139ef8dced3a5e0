import type { ExpectedLine } from '@qbo-sync/contracts/internal/expected';
import { equalByValue } from '@qbo-sync/money/decimal';
import { listIn, textAt } from '../quickbooks/record-fields';
import { type Check, checkOf, type Compared, type Expectation, type Finding } from './check';

const RATES = 'tax.rates';

/** Tax and total equal to the cent, under the codes the rates map to, with no fallback used (postings.md §13). */
export function taxCheck({ invoice: { tax, lines } }: Expectation, finding: Finding): Check {
  const { invoice } = finding;
  const headerCode = textAt(invoice, 'TxnTaxDetail.TxnTaxCodeRef.value');
  return checkOf('tax', [
    amount('tax', textAt(invoice, 'TxnTaxDetail.TotalTax') ?? '0', tax.taxTotal),
    amount('total', textAt(invoice, 'TotalAmt') ?? '0', tax.total),
    ...tax.unmapped.map((rate) => ({
      found: `${rate}: fallback ${headerCode === undefined ? 'code' : finding.codeName(headerCode)}`,
      expected: `${rate}: a confirmed code`,
      right: false,
      setting: RATES,
    })),
    // A rate without a code of its own is said above.
    ...(tax.code === undefined || tax.code === null ? [] : [code('code', headerCode, tax.code, RATES, finding)]),
    ...lineCodes(lines, finding),
  ]);
}

const amount = (what: string, found: string, expected: string): Compared => ({
  found: `${what} ${found}`,
  expected: `${what} ${expected}`,
  right: equalByValue(found, expected),
  setting: RATES,
});

function lineCodes(lines: readonly ExpectedLine[], finding: Finding): Compared[] {
  const posted = listIn(finding.invoice, 'Line').filter((line) => textAt(line, 'DetailType') === 'SalesItemLineDetail');
  return lines.flatMap(({ name, taxCode, taxed }, index) => {
    if (taxCode === undefined || taxCode === null) return [];
    const line = posted[index];
    const found = line === undefined ? undefined : textAt(line, 'SalesItemLineDetail.TaxCodeRef.value');
    return [code(`line ${index + 1} (${name})`, found, taxCode, taxed === true ? RATES : 'tax.untaxedCode', finding)];
  });
}

function code(
  what: string,
  found: string | undefined,
  expected: { readonly id: string; readonly name: string },
  setting: string,
  finding: Finding,
): Compared {
  return {
    found: `${what} ${found === undefined ? 'without a code' : finding.codeName(found)}`,
    expected: `${what} ${expected.name}`,
    right: found === expected.id,
    setting,
  };
}

import type { TaxRate } from '@qbo-sync/contracts/runacall/tax-rate';
import { equalByValue } from '@qbo-sync/money/decimal';
import type { Rules } from '../sync/rules';

/**
 * Tax rates (postings.md §7): nothing is written, a rate is right once a person has confirmed its QuickBooks code at
 * its present percentage. The company profile offers it to the console, with the code it could have (profile.ts): one
 * stream says all of a company's rates, so that what is said last is heard last. A retired rate keeps its code for old
 * invoices; without one nothing waits for it here.
 */
export const taxRateRules: Rules<TaxRate> = {
  entity: 'tax-rate',
  nature: 'master',
  gate: 'books',
  facts: [],

  describe: ({ data }) => (data === undefined ? {} : { party: data.name }),

  plan({ data }, { settings }) {
    const mapped = settings?.values['tax.rates'].find(({ rateId }) => rateId === data?.id);
    const right =
      data !== undefined &&
      mapped?.state === 'confirmed' &&
      mapped.code !== undefined &&
      equalByValue(mapped.percentage, data.percentage);
    if (right) return { do: 'settle', warnings: [] };
    if (data?.active === false) return { do: 'skip', reason: { code: 'unchanged' } };
    return { do: 'wait', reason: { code: 'tax_unmapped', params: { r: data?.name ?? '' } } };
  },

  judge: () => ({ verdict: 'synced', warnings: [] }),
};

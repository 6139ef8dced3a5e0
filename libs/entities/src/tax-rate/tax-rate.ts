import type { TaxRate } from '@qbo-sync/contracts/runacall/tax-rate';
import type { ProposalActivity } from '@qbo-sync/contracts/sync/activity';
import type { RateMapping } from '@qbo-sync/contracts/sync/settings';
import { equalByValue } from '@qbo-sync/money/decimal';
import type { Context, Rules, View } from '../sync/rules';

/**
 * Tax rates (postings.md §7): nothing is written, a rate is right once a person has confirmed its QuickBooks code at
 * its present percentage. A rate the settings do not know as it is (new, renamed, at another percentage, retired) is
 * offered to the console; which code it could have, the company profile says (profile.ts). A retired rate keeps its code
 * for old invoices; without one nothing waits for it here.
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

  propose: (view, context) => newRate(view, context),
};

/** Offered without a code: what a person confirmed for it stands in the settings, and outlives this. */
function newRate(view: View<TaxRate>, { now, settings }: Context): readonly Readonly<Record<string, unknown>>[] {
  const { data } = view;
  if (data === undefined || !settings?.books) return [];
  const isThis = ({ rateId, name, percentage, retired }: RateMapping): boolean =>
    rateId === data.id &&
    name === data.name &&
    equalByValue(percentage, data.percentage) &&
    (retired === true) === !data.active;
  const said = (view.proposed as unknown as readonly ProposalActivity[]).filter(
    ({ books }) => books === settings.books,
  );
  const offered = said[said.length - 1]?.rates?.some(isThis) === true;
  if (offered || settings.values['tax.rates'].some(isThis)) return [];
  const { id, name, percentage } = data;
  const proposal: ProposalActivity = {
    kind: 'proposal',
    tenant: view.tenant,
    at: now,
    books: settings.books,
    rates: [{ rateId: id, name, percentage, state: 'not_mapped', ...(data.active ? {} : { retired: true }) }],
  };
  return [{ ...proposal }];
}

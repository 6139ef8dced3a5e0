import { toTaxAgency, toTaxCode } from '@qbo-sync/mapping/tax-code-to-classify';
import type { MappedRecord } from '@qbo-sync/mapping/document';
import type { Answered } from '@qbo-sync/contracts/sync/trigger';
import { planFor, UNKNOWN_KIND } from '../sync/plans';
import type { Rules, Verdict } from '../sync/rules';

/**
 * The agency and the codes of the family "To classify" (postings.md §7): wanted by one click, and by an invoice whose
 * unmapped rate has a percentage not met before. Made once: QuickBooks lets no app change or delete them.
 */
export const taxAgencyRules: Rules = familyRules('tax-agency', toTaxAgency);
export const taxCodeRules: Rules = familyRules('tax-code', toTaxCode);

function familyRules(entity: string, map: (ref: string) => MappedRecord | undefined): Rules {
  return {
    entity,
    nature: 'wanted',
    facts: [],

    describe: ({ ref }) => ({ party: nameOf(map(ref)) }),

    plan({ ref, linked }) {
      const mapped = map(ref);
      if (mapped === undefined) return UNKNOWN_KIND;
      return linked ? { do: 'settle', warnings: [] } : planFor(ref, 'put', mapped);
    },

    judge: familyVerdict,
  };
}

/** A new agency may be refused under automated sales tax: a person reads QuickBooks' own words. */
function familyVerdict({ outcome, code = '', detail = '' }: Answered): Verdict {
  if (outcome === 'refused') return { verdict: 'hold', reason: { code: 'refused', params: { code, text: detail } } };
  return { verdict: 'synced', warnings: [] };
}

function nameOf(mapped: MappedRecord | undefined): string {
  const [, name = 'To classify'] = mapped?.find?.where?.[0] ?? [];
  return name;
}

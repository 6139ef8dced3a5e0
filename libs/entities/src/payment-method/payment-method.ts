import { paymentMethodOf, toPaymentMethod } from '@qbo-sync/mapping/payment-method';
import { planFor, UNKNOWN_KIND } from '../sync/plans';
import { plainVerdict } from '../sync/refusals';
import type { Rules } from '../sync/rules';

/** Payment methods (postings.md §3), made or matched when a payment first needs one: `payment-method:card`. */
export const paymentMethodRules: Rules = {
  entity: 'payment-method',
  nature: 'wanted',
  facts: [],

  describe: ({ ref }) => ({ party: idOf(ref) }),

  plan(view) {
    const method = paymentMethodOf(idOf(view.ref));
    return method === undefined ? UNKNOWN_KIND : planFor(view.ref, 'put', toPaymentMethod(method));
  },

  judge: (answer, expect) => plainVerdict(answer, expect),
};

const idOf = (ref: string): string => ref.slice(ref.indexOf(':') + 1);

import { readHelperRef } from '@qbo-sync/mapping/helper-item';
import { toHelperItem } from '@qbo-sync/mapping/item';
import { mappingContext, NOT_READY, planFor, UNKNOWN_KIND } from '../sync/plans';
import type { Rules } from '../sync/rules';
import { itemVerdict } from './item';

/** Helper items, made when a document first needs one: all there is to know stands in the ref and in the settings. */
export const helperItemRules: Rules = {
  entity: 'item',
  nature: 'wanted',
  facts: [],

  describe: ({ ref }) => ({ party: ref.slice(ref.indexOf(':') + 1) }),

  plan(view, context) {
    const ctx = mappingContext(context);
    const helper = readHelperRef(view.ref);
    if (helper === undefined) return UNKNOWN_KIND;
    return ctx === undefined ? NOT_READY : planFor(view.ref, 'put', toHelperItem(helper, ctx, view.round));
  },

  judge: itemVerdict,
};

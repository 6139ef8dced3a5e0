import type { Customer } from '@qbo-sync/contracts/runacall/customer';
import {
  CUSTOMER_HOW,
  namesakeName,
  toCustomer,
  toInactiveCustomer,
  vendorNamesakeName,
} from '@qbo-sync/mapping/customer';
import { changedCustomerFields, newCustomerFields } from '@qbo-sync/mapping/from-customer';
import type { Answered } from '@qbo-sync/contracts/sync/trigger';
import { isBeside, type MatchRelated, plannedByMatch } from '../matching/match-plan';
import { valueAt } from '../sync/compare';
import { mappingContext, NOT_READY, planFor, switchedOff } from '../sync/plans';
import { plainVerdict } from '../sync/refusals';
import type { Context, Plan, Rules, Verdict, View } from '../sync/rules';

const DUPLICATE_NAME = '6240';
/** Delete Entity Has Balance */
const HAS_BALANCE = '6220';
const OWES_AGAIN_AFTER_MS = 24 * 60 * 60 * 1000;
/** Forms of a taken name: the telling one, then one with the whole id. */
const NAME_ROUNDS = 2;

/**
 * Customers (postings.md §5, names §12).
 *
 *   created, updated  → put
 *   deactivated       → inactive, when nothing is owed; else waits (`owes`), looked at again daily; refused as owing → held
 *   merged            → inactive, when nothing is owed; else a person merges in QuickBooks
 *
 * A taken name: held by another customer of ours → "{name} (last 4 of phone)"; by a vendor or employee →
 * "{name} (Customer)"; by a customer a person made → that person is asked.
 */
export const customerRules: Rules<Customer, MatchRelated | undefined> = {
  entity: 'customer',
  nature: 'master',
  facts: ['merged'],

  back: {
    command: 'com.runacall.customer.upsert.v1',
    takesNew: (values) => values['customers.pull'],
    isKnown: (related) => related?.match?.is === 'open',
    takesChanges: (values) => values['customers.updates'],
    newFields: newCustomerFields,
    changedFields: changedCustomerFields,
  },

  describe: ({ data }) => (data === undefined ? {} : { party: data.displayName }),

  plan(view, context) {
    const ctx = mappingContext(context);
    const { data } = view;
    if (ctx === undefined || data === undefined) return NOT_READY;
    const { values } = ctx;
    const isTheirs = data.quickbooksId !== undefined && !view.linked;
    const match = context.related?.match;
    const isPushed = values['customers.push'] || view.linked || isTheirs || match?.is === 'link';
    if (!isPushed) return switchedOff('customers.push', view.wanted);
    if (mergedInto(view) !== undefined || !data.active) return planFor(view.ref, 'remove', toInactiveCustomer());
    if (isTheirs && data.quickbooksId !== undefined) return linkTo(view.ref, data.quickbooksId);
    const matched = plannedByMatch(view, match, data.displayName, (id, shown) => linkTo(view.ref, id, shown));
    if (matched !== undefined) return matched;
    if (!values['customers.updates'] && view.linked) return switchedOff('customers.updates', false);
    return planFor(view.ref, 'put', toCustomer(data, ctx, otherName(data, view, isBeside(match))));
  },

  judge(answer, expect, view, context) {
    if (answer.outcome === 'refused' && answer.code === DUPLICATE_NAME) return nameTaken(answer, view);
    if (answer.outcome === 'refused' && answer.code === 'precondition') return owing(answer, view, context);
    if (answer.outcome === 'refused' && answer.code === HAS_BALANCE) return refusedAsOwing(answer, view);
    return plainVerdict(answer, expect, { name: view.data?.displayName ?? '' });
  },

  /** `other-name`: made under the name it gets beside a namesake of ours (§12), whoever the namesake is. */
  choose: (choice, { linked }) => (choice === 'other-name' && !linked ? { name: 'other' } : undefined),
};

function mergedInto(view: View<Customer>): string | undefined {
  const [merged] = view.facts;
  return merged === undefined ? undefined : (merged.data.mergedIntoId ?? '');
}

/** The name of this round; undefined: its own. */
function otherName(
  customer: Customer,
  { round, lastAnswer, chosen }: View<Customer>,
  beside: boolean,
): string | undefined {
  if (round === 0) return beside || chosen['name'] === 'other' ? namesakeName(customer) : undefined;
  if (round > 1) return `${customer.displayName} (${customer.id})`;
  return lastAnswer?.holder === undefined ? vendorNamesakeName(customer) : namesakeName(customer);
}

function nameTaken(answer: Answered, view: View<Customer>): Verdict {
  const byPerson = answer.holder === undefined && answer.record !== undefined;
  if (!byPerson && view.round < NAME_ROUNDS) return { verdict: 'again' };
  return { verdict: 'hold', reason: { code: 'name_taken', params: { name: view.data?.displayName ?? '' } } };
}

/** QuickBooks shows a balance: making the customer inactive would wipe it out. */
function owing(answer: Answered, view: View<Customer>, context: Context): Verdict {
  const c = view.data?.displayName ?? '';
  const merging = mergeHold(view);
  if (merging) return merging;
  return {
    verdict: 'wait',
    reason: { code: 'owes', params: { c, amount: balanceIn(answer) ?? '' } },
    revisitAt: new Date(Date.parse(context.now) + OWES_AGAIN_AFTER_MS).toISOString(),
  };
}

/** QuickBooks itself refuses because of a balance, though it showed none when it was asked: a person looks. */
function refusedAsOwing(answer: Answered, view: View<Customer>): Verdict {
  const params = { c: view.data?.displayName ?? '', b: balanceIn(answer) ?? 'money' };
  return mergeHold(view) ?? { verdict: 'hold', reason: { code: 'deactivate', params } };
}

/** One that was merged is merged by a person where it owes. */
function mergeHold(view: View<Customer>): Verdict | undefined {
  const winner = mergedInto(view);
  const params = { loser: view.data?.displayName ?? '', winner: winner ?? '' };
  return winner === undefined ? undefined : { verdict: 'hold', reason: { code: 'merge', params } };
}

const balanceIn = ({ record }: Answered): string | undefined =>
  record === undefined ? undefined : valueAt(record, 'Balance');

/** Made in Run a Call by our own command: the record is there already. */
function linkTo(ref: string, id: string, shown?: string): Plan {
  const body = JSON.stringify({ Id: id });
  const known = shown === undefined ? {} : { shown };
  return {
    do: 'push',
    pushes: [{ ref, kind: 'link', resource: 'Customer', how: CUSTOMER_HOW, body, ...known, expect: {} }],
    warnings: [],
  };
}

import type { Item } from '@qbo-sync/contracts/runacall/item';
import type { ProposalActivity } from '@qbo-sync/contracts/sync/activity';
import { changedItemFields, newItemFields } from '@qbo-sync/mapping/from-item';
import { ITEM_HOW, type PostedItem, toInactiveItem, toItem } from '@qbo-sync/mapping/item';
import type { Answered } from '@qbo-sync/contracts/sync/trigger';
import { isBeside, type MatchRelated, plannedByMatch } from '../matching/match-plan';
import { valueAt } from '../sync/compare';
import { mappingContext, NOT_READY, planFor, switchedOff } from '../sync/plans';
import { readRecord } from '../sync/record-text';
import { plainVerdict } from '../sync/refusals';
import type { Context, Plan, Rules, Verdict, View } from '../sync/rules';

const DUPLICATE_NAME = '6240';

/**
 * Pricebook items (postings.md §5): created, updated → put; deactivated → inactive. A name taken by another item →
 * `Name (SKU)`, else `Name - 2`. An item in QuickBooks keeps its income account until a person moves it. A category the
 * settings do not know yet is offered to the console.
 */
export const itemRules: Rules<Item, MatchRelated | undefined> = {
  entity: 'item',
  nature: 'master',
  facts: [],

  back: {
    command: 'com.runacall.item.upsert.v1',
    takesNew: (values) => values['items.pull'],
    isKnown: (related) => related?.match?.is === 'open',
    takesChanges: (values) => values['items.pull'],
    newFields: newItemFields,
    changedFields: changedItemFields,
  },

  describe: ({ data }) => (data === undefined ? {} : { party: data.name }),

  plan(view, context) {
    const ctx = mappingContext(context);
    const { data } = view;
    if (ctx === undefined || data === undefined) return NOT_READY;
    const isTheirs = data.quickbooksId !== undefined && !view.linked;
    const match = context.related?.match;
    const isPushed = ctx.values['items.push'] || view.linked || isTheirs || match?.is === 'link';
    if (!isPushed) return switchedOff('items.push', view.wanted);
    if (!data.active) return planFor(view.ref, 'remove', toInactiveItem());
    if (isTheirs && data.quickbooksId !== undefined) return linkTo(view.ref, data.quickbooksId);
    const matched = plannedByMatch(view, match, data.name, (id, shown) => linkTo(view.ref, id, shown));
    if (matched !== undefined) return matched;
    const round = isBeside(match) ? Math.max(view.round, 1) : view.round;
    return planFor(view.ref, 'put', toItem(data, ctx, round, postedItem(view)));
  },

  judge: itemVerdict,

  propose: (view, context) => newCategory(view, context),
};

/** The account as posted is that of the last request: settings that changed since do not move it (scenarios.md 9). */
function postedItem({ linked, lastBody }: View<Item>): PostedItem | undefined {
  if (!linked) return undefined;
  return { accountId: lastBody === undefined ? undefined : valueAt(readRecord(lastBody), 'IncomeAccountRef.value') };
}

export function itemVerdict(answer: Answered, expect: Readonly<Record<string, string>>): Verdict {
  if (answer.outcome === 'refused' && answer.code === DUPLICATE_NAME) return { verdict: 'again' };
  return plainVerdict(answer, expect);
}

function linkTo(ref: string, id: string, shown?: string): Plan {
  const body = JSON.stringify({ Id: id });
  const known = shown === undefined ? {} : { shown };
  return {
    do: 'push',
    pushes: [{ ref, kind: 'link', resource: 'Item', how: ITEM_HOW, body, ...known, expect: {} }],
    warnings: [],
  };
}

function newCategory(view: View<Item>, { now, settings }: Context): readonly Readonly<Record<string, unknown>>[] {
  const { categoryId, categoryName } = view.data ?? {};
  if (categoryId === undefined || !settings?.books) return [];
  const name = categoryName ?? categoryId;
  const isThis = (one: { categoryId: string; name: string }): boolean =>
    one.categoryId === categoryId && one.name === name;
  const known = settings.values['items.categoryAccounts'].some(isThis);
  const offered = (view.proposed as unknown as readonly ProposalActivity[]).some(
    ({ books, categories }) => books === settings.books && categories?.some(isThis) === true,
  );
  if (known || offered) return [];
  const proposal: ProposalActivity = {
    kind: 'proposal',
    tenant: view.tenant,
    at: now,
    books: settings.books,
    categories: [{ categoryId, name }],
  };
  return [{ ...proposal }];
}

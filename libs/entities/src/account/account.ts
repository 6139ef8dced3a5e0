import type { AccountRole } from '@qbo-sync/contracts/account-roles';
import type { ProposalActivity } from '@qbo-sync/contracts/sync/activity';
import { toAccount } from '@qbo-sync/mapping/account';
import type { Answered } from '@qbo-sync/contracts/sync/trigger';
import { valueAt } from '../sync/compare';
import { planFor, UNKNOWN_KIND } from '../sync/plans';
import { plainVerdict } from '../sync/refusals';
import type { Context, Rules, Verdict, View } from '../sync/rules';

/**
 * Accounts made with one click (postings.md §3): `account:stripe-clearing`. Once QuickBooks has it, the console is
 * offered the account for the setting it is meant for.
 */
export function accountRules(roles: Readonly<Record<string, AccountRole>>): Rules {
  return {
    entity: 'account',
    nature: 'wanted',
    facts: [],

    describe: ({ ref }) => ({ party: roles[idOf(ref)]?.name ?? idOf(ref) }),

    plan(view) {
      const role = roles[idOf(view.ref)];
      return role === undefined ? UNKNOWN_KIND : planFor(view.ref, 'put', toAccount(role));
    },

    judge: (answer, expect, view) => accountVerdict(answer, expect, roles[idOf(view.ref)]),

    propose: (view, context) => made(view, context, roles[idOf(view.ref)]),
  };
}

const DUPLICATE_NAME = '6240';

/** A name held by an account that was not adopted: it is inactive or of another type (postings.md §12). */
function accountVerdict(
  answer: Answered,
  expect: Readonly<Record<string, string>>,
  role: AccountRole | undefined,
): Verdict {
  const namesake = answer.outcome === 'refused' && answer.code === DUPLICATE_NAME ? answer.record : undefined;
  const type = namesake === undefined ? undefined : valueAt(namesake, 'AccountType');
  if (type === undefined || role === undefined) return plainVerdict(answer, expect);
  const params = { account: role.name, x: type, setting: role.setting ?? '' };
  return { verdict: 'hold', reason: { code: 'account_unusable', params } };
}

const idOf = (ref: string): string => ref.slice(ref.indexOf(':') + 1);

function made(
  view: View,
  { now, settings }: Context,
  role: AccountRole | undefined,
): readonly Readonly<Record<string, unknown>>[] {
  const id = view.quickbooksId;
  if (role === undefined || id === undefined || !settings?.books) return [];
  const offered = (view.proposed as unknown as readonly ProposalActivity[]).some(
    ({ books, account }) => books === settings.books && account?.choice.id === id,
  );
  if (offered) return [];
  const proposal: ProposalActivity = {
    kind: 'proposal',
    tenant: view.tenant,
    at: now,
    books: settings.books,
    account: { role: idOf(view.ref), choice: { id, name: role.name } },
  };
  return [{ ...proposal }];
}

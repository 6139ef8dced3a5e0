import type { AccountRole } from '@qbo-sync/contracts/account-roles';
import type { ProposalActivity } from '@qbo-sync/contracts/sync/activity';
import { toAccount } from '@qbo-sync/mapping/account';
import { planFor, ruleMissing } from '../sync/plans';
import { plainVerdict } from '../sync/refusals';
import type { Context, Rules, View } from '../sync/rules';

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
      return role === undefined ? ruleMissing('account') : planFor(view.ref, 'put', toAccount(role));
    },

    judge: (answer, expect) => plainVerdict(answer, expect),

    propose: (view, context) => made(view, context, roles[idOf(view.ref)]),
  };
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

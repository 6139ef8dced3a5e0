import { ACCOUNT_ROLES, type AccountRoleName } from '@qbo-sync/contracts/account-roles';
import type { Choice } from '@qbo-sync/contracts/sync/settings';
import { until } from './stopped';
import type { ConnectedCompany } from './world';

const WITHIN_MS = 60_000;
/** States of an account's row once QuickBooks has it. */
const MADE: readonly string[] = ['synced', 'synced with warnings'];
/** The picker that lists a role's account. */
const USES: Readonly<Record<AccountRoleName, string>> = {
  'service-revenue': 'income',
  'equipment-sales': 'income',
  memberships: 'membership',
  discounts: 'discounts',
  tips: 'tips',
  'stripe-clearing': 'clearing',
  'stripe-fees': 'expense',
  'stripe-disputes': 'expense',
  costs: 'cost',
};

/** The account of each role by its type (the picker's use) and name, made where it is missing: all that are at once. */
export async function accountsOf(
  { company: { id }, api }: ConnectedCompany,
  roles: readonly AccountRoleName[],
): Promise<(role: AccountRoleName) => Choice> {
  const found = new Map<AccountRoleName, Choice>();
  const missing = (): AccountRoleName[] => roles.filter((role) => !found.has(role));
  const look = async (): Promise<void> => {
    for (const role of missing()) {
      const name = ACCOUNT_ROLES[role].name.toLowerCase();
      const account = (await api.accounts(id, USES[role])).find((one) => one.name.toLowerCase() === name);
      if (account !== undefined) found.set(role, { id: account.id, name: account.name });
    }
  };
  await look();
  const asked = missing();
  for (const role of asked) await api.makeAccount(id, role);
  const areThere = async (): Promise<boolean> => {
    // Each reading of QuickBooks' lists is dear, and has the whole profile read: the log says when it is worth it.
    if (!(await areMade(id, api, asked))) return false;
    await api.refresh(id);
    await look();
    return missing().length === 0;
  };
  if (asked.length > 0) {
    const names = asked.map((role) => `"${ACCOUNT_ROLES[role].name}"`).join(', ');
    await until(async () => ((await areThere()) ? true : undefined), {
      withinMs: WITHIN_MS,
      sentence: `Of the accounts ${names} of ${id} not all were made in QuickBooks within a minute.`,
    });
  }
  return (role) => {
    const account = found.get(role);
    if (account === undefined) throw new Error(`the account of ${role} was not looked for`);
    return account;
  };
}

async function areMade(id: string, api: ConnectedCompany['api'], roles: readonly AccountRoleName[]): Promise<boolean> {
  const rows = (await api.log(id)).filter(({ entity, state }) => entity === 'account' && MADE.includes(state));
  return roles.every((role) => rows.some(({ recordId }) => recordId === role));
}

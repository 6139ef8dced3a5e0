import { ACCOUNT_ROLES } from '@qbo-sync/contracts/account-roles';
import { answered, BOOKS, context, given, lines, only, REDECIDE, settings, wanted } from '../sync/spec-kit';
import { accountRules } from './account';

const rules = accountRules(ACCOUNT_ROLES);
/** Before Sync active: the click carries a run of its own. */
const off = context({}, { settings: settings({ goLiveAt: null, active: false }) });
const start = (role: string) => given(rules, `account:${role}`, off);
const asked = (role: string) => start(role).when(wanted('run_1'));

describe('§3 an account of one click', () => {
  it.each([
    ['stripe-clearing', 'Stripe clearing', 'Other Current Asset', 'OtherCurrentAssets'],
    ['stripe-fees', 'Stripe fees', 'Expense', 'BankCharges'],
    ['stripe-disputes', 'Stripe disputes', 'Expense', 'OtherMiscellaneousServiceCost'],
    ['tips', 'Undistributed Tips', 'Other Current Liability', 'Gratuity'],
  ])('%s: made before Sync active, then offered for its setting', (role, name, type, subType) => {
    const story = asked(role);
    expect(lines(story.events)).toEqual(['Wanted', `PushRequested put account:${role}`]);
    expect(only(story.events, 'PushRequested')).toMatchObject({
      data: { resource: 'Account', run: 'run_1' },
      personal: { body: JSON.stringify({ Name: name, AccountType: type, AccountSubType: subType }) },
    });
    const record = { Id: '91', Name: name, AccountType: type };
    const made = story.when(answered(story, { quickbooksId: '91', record }));
    expect(lines(made.events)).toEqual(['Settled', 'Proposed']);
    expect(only(made.events, 'Proposed').personal.activity).toMatchObject({
      ...{ kind: 'proposal', books: BOOKS, account: { role, choice: { id: '91', name } } },
    });
    expect(made.when(REDECIDE).events).toEqual([]);
  });

  it('§12 adopted where QuickBooks has it by name and type', () => {
    const story = asked('stripe-fees');
    const record = { Id: '92', Name: 'Stripe fees', AccountType: 'Expense' };
    const adopted = story.when(answered(story, { adopted: true, quickbooksId: '92', record }));
    expect(lines(adopted.events)).toEqual(['Settled', 'Proposed']);
  });

  it('§12 held where the name is another type’s, or inactive: with the type and the setting', () => {
    const story = asked('stripe-fees');
    const record = { Id: '92', Name: 'Stripe fees', AccountType: 'Income' };
    const held = story.when(answered(story, { outcome: 'refused', code: '6240', detail: 'Taken.', record }));
    expect(only(held.events, 'Held').personal.reason).toEqual({
      code: 'account_unusable',
      params: { account: 'Stripe fees', x: 'Income', setting: 'payments.feeAccount' },
    });
  });

  it('any other refusal is held with QuickBooks’ own words; another click asks again', () => {
    const story = asked('tips');
    const held = story.when(answered(story, { outcome: 'refused', code: '6240', detail: 'Taken.' }));
    expect(only(held.events, 'Held').personal.reason).toMatchObject({ code: 'refused', params: { text: 'Taken.' } });
    expect(lines(held.when(wanted('run_2')).events)).toEqual(['Wanted', 'PushRequested put account:tips']);
  });

  it('of a role we do not know is kept and shown', () => {
    expect(lines(asked('petty-cash').events)).toEqual(['Wanted', 'Held unreadable']);
  });
});

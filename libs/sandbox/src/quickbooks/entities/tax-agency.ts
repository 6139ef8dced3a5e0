import type { ExactObject } from '@qbo-sync/contracts/exact-json';
import type { Draft } from '../draft';
import { text } from '../exact';
import type { Actor } from '../journal';
import { checkNameFree, sameName } from '../name-list';
import { refuse, refuseMissing } from '../refusal';
import type { Resource, Writing } from '../resource';
import { ENVELOPE, flag, text as textKind } from '../shape';
import { account } from './account';
import { taxMode } from './sales-tax';
import { payableName } from './tax-rates';

/** Whom tax is owed to; each new one gets a liability account of its own (quickbooks.md §9.9). */
export const taxAgency: Resource = {
  name: 'TaxAgency',
  shape: { ...ENVELOPE, DisplayName: textKind(100), TaxTrackedOnPurchases: flag, TaxTrackedOnSales: flag },
  nameList: false,
  sequence: 'TaxAgency',
  queryable: ['DisplayName'],
  cdc: false,
  build,
};

function build({ draft, id, current, wanted, actor }: Writing): ExactObject {
  const isRefused = draft.company.switches.newTaxAgencies === 'refuse' && taxMode(draft) === 'automated';
  if (isRefused)
    refuse('5030', 'Feature Not Supported : tax agencies are set up by automated sales tax.', 'DisplayName');
  const name = text(wanted['DisplayName']) ?? refuseMissing('DisplayName');
  checkNameFree(
    draft,
    name,
    { entity: 'TaxAgency', id },
    [{ entity: 'TaxAgency', field: 'DisplayName' }],
    'Another tax agency is already using this name.',
  );
  if (current === undefined) openPayable(draft, payableName(name), actor);
  return draft.save('TaxAgency', id, {
    DisplayName: name,
    TaxTrackedOnPurchases: wanted['TaxTrackedOnPurchases'] ?? false,
    TaxTrackedOnSales: wanted['TaxTrackedOnSales'] ?? true,
  });
}

function openPayable(draft: Draft, Name: string, actor: Actor): void {
  if (draft.all('Account').some((known) => sameName(text(known['Name']) ?? '', Name))) return;
  const AccountSubType = draft.company.profile.country === 'US' ? 'SalesTaxPayable' : 'GlobalTaxPayable';
  const wanted = { Name, AccountType: 'Other Current Liability', AccountSubType };
  const id = String(draft.next('Account'));
  account.build?.({ draft, id, current: undefined, wanted, input: wanted, actor, include: [] });
}

import type {
  CategoryAccount,
  Choice,
  CompanyProfile,
  RateMapping,
  SettingKey,
  SettingValues,
} from '@qbo-sync/contracts/sync/settings';

/**
 * Events of a company's stream `settings:<tenant>`. The stream version is the version of the settings document.
 *
 *   CompanyMade ─▶ CompanyChanged*                         a company of Run a Call, by the operator
 *   BooksBound  ─▶ ProfileRead* RatesProposed* CategoriesProposed*   said by the gateway, tax and items
 *   SettingsChanged*  SyncActiveChanged*  AccountWanted* ─▶ AccountMade   by people
 *   ToClassifyWanted* ─▶ ToClassifyMade*  SettingsChanged with existing items ─▶ ItemsMoved
 *
 * Nothing here names a customer or an amount; all of it may be kept for ever.
 */
export type SettingsEvent =
  | CompanyMade
  | CompanyChanged
  | BooksBound
  | ProfileRead
  | RatesProposed
  | CategoriesProposed
  | SettingsChanged
  | SyncActiveChanged
  | AccountWanted
  | AccountMade
  | ToClassifyWanted
  | ToClassifyMade
  | ItemsMoved;

/** What Run a Call says of a company. */
export interface CompanyDetails {
  readonly name: string;
  readonly timeZone: string;
  readonly currency: string;
  readonly country: string;
  readonly stripeAccount: string | null;
}

export interface CompanyMade {
  readonly type: 'CompanyMade';
  readonly data: { readonly at: string; readonly by: string; readonly company: CompanyDetails };
}

export interface CompanyChanged {
  readonly type: 'CompanyChanged';
  readonly data: { readonly at: string; readonly by: string; readonly company: CompanyDetails };
}

/** The company's records now belong to these books; another id than before is a fresh start (product.md §5). */
export interface BooksBound {
  readonly type: 'BooksBound';
  readonly data: { readonly at: string; readonly books: string };
}

export interface ProfileRead {
  readonly type: 'ProfileRead';
  readonly data: { readonly at: string; readonly books: string; readonly profile: CompanyProfile };
}

export interface RatesProposed {
  readonly type: 'RatesProposed';
  readonly data: { readonly at: string; readonly books: string; readonly rates: readonly RateMapping[] };
}

export interface CategoriesProposed {
  readonly type: 'CategoriesProposed';
  readonly data: { readonly at: string; readonly books: string; readonly categories: readonly ProposedCategory[] };
}
export type ProposedCategory = Pick<CategoryAccount, 'categoryId' | 'name'>;

/** Old and new value of every key that changed: one event per save, so a save is whole or not at all. */
export interface SettingsChanged {
  readonly type: 'SettingsChanged';
  readonly data: {
    readonly at: string;
    readonly by: string;
    readonly why?: string;
    readonly changes: SettingChanges;
    /** Items that exist follow the accounts changed here (scenarios.md 9). */
    readonly existingItems?: true;
  };
}
export type SettingChanges = {
  readonly [K in SettingKey]?: { readonly from: SettingValues[K]; readonly to: SettingValues[K] };
};

export interface SyncActiveChanged {
  readonly type: 'SyncActiveChanged';
  readonly data: {
    readonly at: string;
    readonly by: string;
    readonly active: boolean;
    /** Advice that was not followed and ticked "I know". */
    readonly acknowledged: readonly string[];
  };
}

/** A person asked for an account in QuickBooks: published as `push account:<role>`. */
export interface AccountWanted {
  readonly type: 'AccountWanted';
  readonly data: { readonly at: string; readonly by: string; readonly role: string; readonly commandId: string };
}

/** QuickBooks has the account; `setting` is the empty setting it was put into. */
export interface AccountMade {
  readonly type: 'AccountMade';
  readonly data: {
    readonly at: string;
    readonly books: string;
    readonly role: string;
    readonly choice: Choice;
    readonly setting?: SettingKey;
  };
}

/** A person asked for the family "To classify" (to-classify.ts): each ref is published as a push. */
export interface ToClassifyWanted {
  readonly type: 'ToClassifyWanted';
  readonly data: {
    readonly at: string;
    readonly by: string;
    readonly commandId: string;
    /** Of the family, not made yet. */
    readonly refs: readonly string[];
  };
}

/** QuickBooks has this record of the family. */
export interface ToClassifyMade {
  readonly type: 'ToClassifyMade';
  readonly data: { readonly at: string; readonly books: string; readonly ref: string };
}

/**
 * Items decides by the accounts that existing items shall follow: published as a command to decide all of its records
 * again, those that are done too.
 */
export interface ItemsMoved {
  readonly type: 'ItemsMoved';
  readonly data: { readonly at: string; readonly commandId: string; readonly version: number };
}

/** A stored event as it was appended: only this console writes these streams. */
export function settingsEvent({ type, data }: { readonly type: string; readonly data: unknown }): SettingsEvent {
  return { type, data } as SettingsEvent;
}

import type { Reason } from '@qbo-sync/contracts/reasons';
import type { Find, How, Precondition } from '@qbo-sync/contracts/sync/request';
import type { CompanyFacts, CompanyProfile, SettingValues } from '@qbo-sync/contracts/sync/settings';
import type { RawNumber } from '@qbo-sync/money/print';

/** What a mapping looks at beside the document. A company without a profile is not mapped: it is not active yet. */
export interface MappingContext {
  readonly company: CompanyFacts;
  readonly profile: CompanyProfile;
  readonly values: SettingValues;
}

/** One record as it should be in QuickBooks; spreads into a request. */
export interface MappedRecord {
  readonly resource: string;
  readonly how: How;
  /** JSON text: numbers printed from decimals, references as `{"$ref":"customer:cus_88"}` (messages.md). */
  readonly body: string;
  readonly find?: Find;
  readonly if?: readonly Precondition[];
  readonly after?: readonly string[];
  /**
   * What the answer must say (postings.md §1.2): path of the record → value. Amounts are compared as decimals. QuickBooks
   * leaves `DepositToAccountRef` out where it is its own Undeposited Funds (postings.md §13).
   */
  readonly expect: Readonly<Record<string, string>>;
  readonly warnings: readonly Reason[];
}

/** Nothing is sent; a person (or a setting) has to end the reason. */
export interface Hold {
  readonly hold: Reason;
}

export type Mapped = MappedRecord | Hold;

export function isHold(mapped: Mapped): mapped is Hold {
  return 'hold' in mapped;
}

export const hold = (code: Reason['code'], params?: Readonly<Record<string, string>>): Hold => ({
  hold: params === undefined ? { code } : { code, params },
});

/** A reference the gateway replaces by the record's QuickBooks id, or by another value of it (`at`). */
export interface Reference {
  readonly $ref: string;
  readonly at?: string;
}
export type RefValue = { readonly value: string | Reference };

export const refTo = (ref: string, at?: string): RefValue => ({
  value: at === undefined ? { $ref: ref } : { $ref: ref, at },
});
export const idTo = (id: string): RefValue => ({ value: id });

/** A QuickBooks body: numbers only as {@link RawNumber}, so that no float is ever printed. */
export type BodyValue = string | boolean | RawNumber | Reference | readonly BodyValue[] | BodyObject;
export interface BodyObject {
  readonly [key: string]: BodyValue | undefined;
}

/** Prints a body in the order it was written; keys that are undefined are left out. */
export const printBody = (body: BodyObject): string => JSON.stringify(body);

/** `Run a Call <id>`: how our records are known in QuickBooks (postings.md §1.6). */
export const marker = (id: string): string => `Run a Call ${id}`;

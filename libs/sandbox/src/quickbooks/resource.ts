import type { ExactObject } from '@qbo-sync/contracts/exact-json';
import type { Company, EntityName } from './company';
import type { Draft } from './draft';
import type { Actor } from './journal';
import type { Shape } from './shape';

/** What a write is made of, once its body has its shape. */
export interface Writing {
  draft: Draft;
  /** The record's Id: given out before it is built. */
  id: string;
  /** The record as it stands, or undefined on create. */
  current: ExactObject | undefined;
  /** What the caller wants it to be: the input, over the current record when the update is sparse. */
  wanted: ExactObject;
  /** What the caller sent. */
  input: ExactObject;
  actor: Actor;
  /** `include` query parameters. */
  include: readonly string[];
}

/** One kind of record: what it may hold, how it is built, what it answers to. */
export interface Resource {
  name: EntityName;
  /** Writable properties, and the server's own as `ignored`. */
  shape: Shape;
  /** Name lists hide inactive rows and cannot be deleted (quickbooks.md §9.1). */
  nameList: boolean;
  /** Transactions draw their Ids from one sequence. */
  sequence: string;
  /** Properties a query may name, besides Id and MetaData (quickbooks.md §6.3). */
  queryable: readonly string[];
  cdc: boolean;
  /** Makes the record's own fields, posts it and touches what depends on it; absent = read only. */
  build?: (writing: Writing) => ExactObject;
  /** `operation=delete`. */
  remove?: (draft: Draft, current: ExactObject) => void;
  /** `operation=void`. */
  void?: (draft: Draft, current: ExactObject) => ExactObject;
  /** `operation=update&include=void`. */
  voidByUpdate?: (draft: Draft, current: ExactObject) => ExactObject;
  /** A void in QuickBooks' own pages, where the API has none. */
  voidByPerson?: (draft: Draft, current: ExactObject) => ExactObject;
  /** `operation=void` is answered with 200 and does nothing (quickbooks.md §9.2). */
  voidDoesNothing?: boolean;
  /** An update is a full one, whatever `sparse` says (quickbooks.md §9.1). */
  neverSparse?: boolean;
  /** What is worked out when the record is shown: balances. */
  shown?: (company: Company, record: ExactObject) => ExactObject;
}

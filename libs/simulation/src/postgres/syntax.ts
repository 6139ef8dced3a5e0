/** The part of SQL that the product's statements are written in, as a tree. */
export type Expr =
  | { readonly is: 'literal'; readonly value: unknown }
  | { readonly is: 'param'; readonly index: number }
  | { readonly is: 'column'; readonly table: string | undefined; readonly name: string }
  | { readonly is: 'star'; readonly table: string | undefined }
  | { readonly is: 'unary'; readonly op: 'not' | '-'; readonly of: Expr }
  | { readonly is: 'binary'; readonly op: string; readonly left: Expr; readonly right: Expr }
  | { readonly is: 'null'; readonly of: Expr; readonly not: boolean }
  | { readonly is: 'in'; readonly of: Expr; readonly among: readonly Expr[] | Query; readonly not: boolean }
  | { readonly is: 'quantified'; readonly op: string; readonly all: boolean; readonly left: Expr; readonly array: Expr }
  | { readonly is: 'call'; readonly name: string; readonly args: readonly Expr[]; readonly over?: Window }
  | { readonly is: 'cast'; readonly of: Expr; readonly type: string }
  | { readonly is: 'case'; readonly whens: readonly (readonly [Expr, Expr])[]; readonly otherwise: Expr }
  | { readonly is: 'row'; readonly of: readonly Expr[] }
  | { readonly is: 'array'; readonly of: readonly Expr[] }
  | { readonly is: 'exists'; readonly query: Query }
  | { readonly is: 'subquery'; readonly query: Query };

export interface Window {
  readonly partition: readonly Expr[];
  readonly order: readonly Order[];
}

export interface Order {
  readonly by: Expr;
  readonly descending: boolean;
  readonly nullsFirst: boolean;
}

export interface Output {
  readonly expr: Expr;
  readonly name: string;
}

export type Source =
  | { readonly is: 'table'; readonly name: string; readonly alias: string; readonly columns: readonly string[] }
  | { readonly is: 'query'; readonly query: Query; readonly alias: string; readonly columns: readonly string[] }
  | {
      readonly is: 'function';
      readonly name: string;
      readonly args: readonly Expr[];
      readonly ordinality: boolean;
      readonly alias: string;
      readonly columns: readonly string[];
      readonly types: readonly string[];
    };

export interface Join {
  readonly kind: 'inner' | 'left';
  readonly source: Source;
  readonly using: readonly string[];
  readonly on: Expr | undefined;
}

export type LockMode = 'key share' | 'share' | 'no key update' | 'update';

export interface Locking {
  readonly mode: LockMode;
  readonly of: string | undefined;
  readonly skipLocked: boolean;
}

export interface Select {
  readonly is: 'select';
  readonly distinct: boolean;
  readonly distinctOn: readonly Expr[];
  readonly outputs: readonly Output[];
  readonly joins: readonly Join[];
  readonly where: Expr | undefined;
  readonly group: readonly Expr[];
  readonly having: Expr | undefined;
  readonly order: readonly Order[];
  readonly limit: Expr | undefined;
  readonly offset: Expr | undefined;
  readonly locking: Locking | undefined;
}

export interface Values {
  readonly is: 'values';
  readonly rows: readonly (readonly Expr[])[];
}

export interface Union {
  readonly is: 'union';
  readonly all: boolean;
  readonly parts: readonly Query[];
  readonly order: readonly Order[];
  readonly limit: Expr | undefined;
}

export interface Insert {
  readonly is: 'insert';
  readonly table: string;
  readonly alias: string;
  readonly columns: readonly string[];
  readonly from: Query;
  readonly conflict: Conflict | undefined;
  readonly returning: readonly Output[];
}

export interface Conflict {
  readonly target: readonly string[];
  readonly set: readonly Assignment[] | undefined;
  readonly where: Expr | undefined;
}

export interface Assignment {
  readonly column: string;
  readonly value: Expr;
}

export interface Update {
  readonly is: 'update';
  readonly table: string;
  readonly alias: string;
  readonly set: readonly Assignment[];
  readonly from: readonly Join[];
  readonly where: Expr | undefined;
  readonly returning: readonly Output[];
}

export interface Delete {
  readonly is: 'delete';
  readonly table: string;
  readonly alias: string;
  readonly using: readonly Join[];
  readonly where: Expr | undefined;
  readonly returning: readonly Output[];
}

export interface With {
  readonly is: 'with';
  readonly parts: readonly { readonly name: string; readonly columns: readonly string[]; readonly query: Query }[];
  readonly main: Query;
}

/** The rows that come with a `copy`. */
export interface Copied {
  readonly is: 'copied';
  readonly table: string;
  readonly columns: readonly string[];
}

export type Query = Select | Values | Union | Insert | Update | Delete | With | Copied;

export interface CreateTable {
  readonly is: 'create table';
  readonly name: string;
  readonly columns: readonly ColumnDefinition[];
  readonly keys: readonly (readonly string[])[];
}

export interface ColumnDefinition {
  readonly name: string;
  readonly type: string;
  readonly notNull: boolean;
  readonly identity: boolean;
  readonly byDefault: Expr | undefined;
}

export type Definition =
  | CreateTable
  | {
      readonly is: 'create unique index';
      readonly table: string;
      readonly columns: readonly string[];
      readonly where: Expr | undefined;
    }
  | { readonly is: 'add columns'; readonly table: string; readonly columns: readonly ColumnDefinition[] }
  | { readonly is: 'drop columns'; readonly table: string; readonly columns: readonly string[] }
  | { readonly is: 'set default'; readonly table: string; readonly column: string; readonly byDefault: Expr }
  | { readonly is: 'drop table'; readonly table: string }
  | { readonly is: 'partition'; readonly of: string; readonly name: string }
  | { readonly is: 'nothing' };

export type Statement = Query | Definition;

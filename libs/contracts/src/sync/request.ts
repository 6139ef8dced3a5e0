import 'reflect-metadata';
import { Type } from 'class-transformer';
import { IsArray, IsIn, IsInt, IsOptional, IsString, Matches, Max, ValidateNested } from 'class-validator';
import { TENANT_PATTERN } from '../keys';
import { IsInstant } from '../validation';

/**
 * `qbo.requests.v1`: what should be true in QuickBooks. All that differs between entities travels here as data, so the
 * gateway knows no entity (messages.md).
 *
 * `body` is JSON text whose numbers the mapping printed from decimals. A reference replaces a whole value:
 *   "CustomerRef":{"value":{"$ref":"customer:cus_88"}}                                → "58"
 *   "CustomerRef":{"value":{"$ref":"invoice:inv_1","at":"CustomerRef.value"}}         → that value of the record
 */
const REQUEST_KINDS = ['put', 'remove', 'link', 'cancel', 'list'] as const;
export type RequestKind = (typeof REQUEST_KINDS)[number];

/** How a removal is made: which query string, which fields beside Id and SyncToken. */
export class RemoveForm {
  @IsIn(['void', 'inactive', 'delete']) as: 'void' | 'inactive' | 'delete';
  /** `operation=void`, `operation=update&include=void`, … */
  @IsOptional() @IsString() query?: string;
  /** JSON object text of the fields sent beside Id and SyncToken, `{"sparse":true}`. */
  @IsOptional() @IsString() fields?: string;
}

export class How {
  /** Path segment, `invoice`. */
  @IsString() path: string;
  /** Key of the record in the answer; absent = the resource's name. `""` = unwrapped. */
  @IsOptional() @IsString() wrapper?: string;
  /** Key of the record's id in the answer to a create; absent = `Id`. */
  @IsOptional() @IsString() id?: string;
  @IsOptional() @ValidateNested() @Type(() => RemoveForm) remove?: RemoveForm;
  /** `changed`: only fields that differ from the link are sent, sparse. `whole`: all of them, sparse. */
  @IsIn(['changed', 'whole']) update: 'changed' | 'whole';
  /** Fields resent in every update: `Line`, `TxnTaxDetail`, `ShipAddr`. */
  @IsOptional() @IsArray() @IsString({ each: true }) always?: string[];
  /** Fields sent when the record is made, and never again: a number that QuickBooks gives. */
  @IsOptional() @IsArray() @IsString({ each: true }) once?: string[];
  /** A field once sent and now absent: re-read, merge, full update (sparse cannot null). */
  @IsOptional() @IsIn(['full']) clear?: 'full';
}

/** Checked on a fresh read before sending; not equal → `refused`, code `precondition`, with the record. */
export class Precondition {
  @IsString() path: string;
  @IsString() equals: string;
}

class Marker {
  /** Where the note stands: `PrivateNote`. */
  @IsString() path: string;
  /** `Run a Call pay_50`: followed by a space or the end, wherever it stands in the note. */
  @IsString() text: string;
}

/** How a record is found again after an unknown outcome, or adopted on a taken name. */
export class Find {
  @IsOptional() @ValidateNested() @Type(() => Marker) marker?: Marker;
  /** Queryable fields and the text they must equal. */
  @IsOptional() @IsArray() where?: [string, string][];
  /** Paths of the body that the record found must agree with. */
  @IsArray() @IsString({ each: true }) agree: string[];
  /** At least one of these paths must be equal too, where given. */
  @IsOptional() @IsArray() @IsString({ each: true }) anyOf?: string[];
  /** On 6240: link exactly one agreeing, active, unlinked record. */
  adopt: boolean;
}

/** What a `list` is narrowed to: some fields of the records whose day lies between two, both of them included. */
export class ListOnly {
  @IsArray() @IsString({ each: true }) fields: string[];
  /** `TxnDate` */
  @IsString() day: string;
  @IsString() from: string;
  @IsString() to: string;
}

/** Whose value stays of each top-level field that both sides changed: Run a Call's, or the one in QuickBooks. */
export class Sides {
  @IsArray() @IsString({ each: true }) ours: string[];
  @IsArray() @IsString({ each: true }) theirs: string[];
}

export class QboRequest {
  @Matches(TENANT_PATTERN) tenant: string;
  @IsString() ref: string;
  @IsInt() @Max(Number.MAX_SAFE_INTEGER) revision: number;
  @IsString() books: string;
  @IsOptional() @IsString() run?: string;
  @IsIn(['live', 'backlog']) lane: 'live' | 'backlog';
  /** ce_time of the event behind it. */
  @IsInstant() occurredAt: string;
  @IsOptional() @IsString() traceparent?: string;
  @IsIn(REQUEST_KINDS) kind: RequestKind;
  /** `Invoice` */
  @IsString() resource: string;
  @ValidateNested() @Type(() => How) how: How;
  /** JSON object text. `link`: `{"Id":"58"}`. `remove`, `cancel`, `list`: `{}`. */
  @IsString() body: string;
  /** Of a `link`: the record as a list showed it, JSON text. Absent, or not known to be still so: it is read (adr/0012). */
  @IsOptional() @IsString() shown?: string;
  @IsOptional() @IsArray() @IsString({ each: true }) after?: string[];
  @IsOptional() last?: true;
  @IsOptional() @IsArray() @ValidateNested({ each: true }) @Type(() => Precondition) if?: Precondition[];
  @IsOptional() @ValidateNested() @Type(() => Find) find?: Find;
  /** Of a put: what a person chose of a clash. Other fields are merged as ever, and may clash in their turn. */
  @IsOptional() @ValidateNested() @Type(() => Sides) sides?: Sides;
  /** Of a `list`; absent: every record, whole. */
  @IsOptional() @ValidateNested() @Type(() => ListOnly) only?: ListOnly;
}

import { IsArray, IsBoolean, IsIn, IsInt, IsOptional, IsString, Matches, ValidateIf } from 'class-validator';
import { TENANT_PATTERN } from '../keys';
import { IsInstant } from '../validation';

const COMMAND_KINDS = ['push', 'redecide', 'replay', 'dismiss', 'restore', 'resolve'] as const;
export type CommandKind = (typeof COMMAND_KINDS)[number];

/**
 * `sync.commands.v1`, by `kind`:
 *   push { ref, run?, lane?, backfill?, link? }: `backfill` is the run that takes a record in though it is older than go-live,
 *   `link` the record of QuickBooks that it is · redecide { entity?, refs?, closed? } · replay { topic, tenant?, ids?, from, to, dryRun } ·
 *   dismiss { ref, revision } · restore { ref }: a dismissed record is brought back ·
 *   resolve { ref, revision, choice }: `choices.ts` says which there are
 *
 * All but `replay` name a company; a replay without one is of every company's records.
 */
export class SyncCommand {
  @IsString() commandId: string;
  @IsIn(COMMAND_KINDS) kind: CommandKind;
  @ValidateIf(({ kind, tenant }: SyncCommand) => kind !== 'replay' || tenant !== undefined)
  @Matches(TENANT_PATTERN)
  tenant?: string;
  @IsString() by: string;
  @IsOptional() @IsString() why?: string;
  @IsInstant() at: string;
  @IsOptional() @IsString() ref?: string;
  @IsOptional() @IsInt() revision?: number;
  @IsOptional() @IsString() run?: string;
  @IsOptional() @IsIn(['backlog']) lane?: 'backlog';
  @IsOptional() @IsString() backfill?: string;
  @IsOptional() @IsString() link?: string;
  @IsOptional() @IsString() choice?: string;
  @IsOptional() @IsString() entity?: string;
  @IsOptional() @IsArray() @IsString({ each: true }) refs?: string[];
  /** Records that are done are decided again too. */
  @IsOptional() @IsBoolean() closed?: boolean;
  @IsOptional() @IsString() topic?: string;
  @IsOptional() @IsArray() @IsString({ each: true }) ids?: string[];
  @IsOptional() @IsInstant() from?: string;
  @IsOptional() @IsInstant() to?: string;
  @IsOptional() @IsBoolean() dryRun?: boolean;
}

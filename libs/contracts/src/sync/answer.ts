import { IsBoolean, IsIn, IsInt, IsOptional, IsString, Matches } from 'class-validator';
import { TENANT_PATTERN } from '../keys';
import { IsInstant } from '../validation';

const ANSWER_OUTCOMES = ['synced', 'refused', 'clash', 'gone', 'cancelled'] as const;
export type AnswerOutcome = (typeof ANSWER_OUTCOMES)[number];

/** `qbo.answers.v1`: settles every revision of the ref up to its own. */
export class QboAnswer {
  @Matches(TENANT_PATTERN) tenant: string;
  @IsString() ref: string;
  @IsInt() revision: number;
  @IsInt() attempt: number;
  @IsString() books: string;
  @IsIn(ANSWER_OUTCOMES) outcome: AnswerOutcome;
  @IsOptional() @IsBoolean() adopted?: boolean;
  /** QBO's record as JSON text; absent when nothing had to be sent and none was kept. */
  @IsOptional() @IsString() record?: string;
  /** Id of the record, always there on `synced`. */
  @IsOptional() @IsString() quickbooksId?: string;
  /** QuickBooks' fault code, or ours: `precondition`, `unclear`. */
  @IsOptional() @IsString() code?: string;
  /** QuickBooks' text. May name a customer: personal data. */
  @IsOptional() @IsString() detail?: string;
  /** On 6240: the ref already linked to the record that holds the name; absent when none of ours does. */
  @IsOptional() @IsString() holder?: string;
  @IsOptional() @IsString() intuitTid?: string;
  @IsInstant() at: string;
}

import { ownerOf } from '@qbo-sync/contracts/refs';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';
import { Problem } from './problem';

const PAGE = 50;
const MOST_ROWS = 200;
const LIMIT_WRONG = { message: `limit must be a whole number from 1 to ${String(MOST_ROWS)}` };

/** Query of a list by pages (console.md §12); a list with filters adds them. */
export class PageQuery {
  @ApiPropertyOptional({ minimum: 1, maximum: MOST_ROWS, default: PAGE })
  @IsOptional()
  @Type(() => Number)
  @IsInt(LIMIT_WRONG)
  @Min(1, LIMIT_WRONG)
  @Max(MOST_ROWS, LIMIT_WRONG)
  limit: number = PAGE;

  @ApiPropertyOptional({ description: '`next` of the page before.' })
  @IsOptional()
  @IsString()
  @MaxLength(500)
  cursor?: string;
}

/** Where a list that goes by row position goes on; null: from its beginning. Throws `cursor_invalid`. */
export function positionOf(cursor: string | undefined): string | null {
  if (cursor === undefined) return null;
  if (/^\d{1,18}$/.test(cursor)) return cursor;
  throw new Problem('cursor_invalid');
}

/** Where a list that goes by ref goes on; null: from its beginning. Throws `cursor_invalid`. */
export function refAfter(cursor: string | undefined): string | null {
  if (cursor === undefined) return null;
  if (cursor.includes(':') && ownerOf(cursor) !== undefined) return cursor;
  throw new Problem('cursor_invalid');
}

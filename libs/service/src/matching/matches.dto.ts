import { ArrayMaxSize, IsArray, IsIn, IsOptional, IsString, Matches, MinLength } from 'class-validator';
import { MATCH_GROUPS, type MatchGroup } from './definition';

/** Bodies of the internal API of Match. */
export class PageBody {
  @IsString() @MinLength(1) readId: string;
  @IsString() @MinLength(1) resource: string;
  @IsString() page: string;
}

export class MatchBody {
  @IsString() @MinLength(1) readId: string;
}

const MOST_REFS = 1000;

export class DecideBody {
  @IsOptional() @IsArray() @ArrayMaxSize(MOST_REFS) @IsString({ each: true }) ids?: string[];
  @IsOptional() @IsIn(MATCH_GROUPS) group?: MatchGroup;
  /** `link 58` of one record; `link` takes each record's only candidate. */
  @Matches(/^(link|link [\w-]+|create|leave)$/) choice: string;
  @IsString() by: string;
}

export class UndoBody {
  @IsString() @MinLength(1) token: string;
}

export class ApplyBody {
  @IsString() by: string;
  @IsOptional() @IsString() next?: string;
}

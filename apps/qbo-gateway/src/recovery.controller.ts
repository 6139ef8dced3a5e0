import { Body, Controller, Get, HttpCode, Inject, Post, UseGuards } from '@nestjs/common';
import { IsInstant, check } from '@qbo-sync/contracts/validation';
import type { Recovering } from '@qbo-sync/gateway/recovery';
import { IsOptional, IsString, MinLength } from 'class-validator';
import { GatewayRuntime } from './gateway-runtime';
import { OperatorGuard } from '@qbo-sync/service/internal/operator.guard';
import { Problem } from '@qbo-sync/service/internal/problem';

class RecoverBody {
  /** To which moment the database was restored; absent: the last one it knows of. */
  @IsOptional() @IsInstant() restoredTo?: string;
  @IsString() @MinLength(1) by: string;
}

interface RecoveryView {
  readonly restoredTo: string;
  readonly foundAt: string;
  readonly isReread: boolean;
}

/** For operators: the recovery from a restore (docs/runbooks/recover.md). */
@Controller('internal/recovery')
@UseGuards(OperatorGuard)
export class RecoveryController {
  constructor(@Inject(GatewayRuntime) private readonly runtime: GatewayRuntime) {}

  @Get()
  async show(): Promise<{ recovery: RecoveryView | null; suspects: number }> {
    const { restore } = this.runtime;
    return { recovery: viewOf(await restore.look()), suspects: await restore.suspects() };
  }

  @Post()
  @HttpCode(200)
  async begin(@Body() body: unknown): Promise<{ recovery: RecoveryView | null }> {
    const checked = check(RecoverBody, body);
    if (!checked.ok) throw new Problem(400, checked.fault.code, `${checked.fault.path} ${checked.fault.message}`);
    const { restoredTo, by } = checked.value;
    const begun = await this.runtime.restore.begin(restoredTo === undefined ? null : new Date(restoredTo), by);
    return { recovery: viewOf(begun) };
  }
}

function viewOf(recovering: Recovering | undefined): RecoveryView | null {
  if (recovering === undefined) return null;
  const { recovery, isReread } = recovering;
  return {
    restoredTo: recovery.restoredTo.toISOString(),
    foundAt: recovery.foundAt.toISOString(),
    isReread,
  };
}

import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Res, UseGuards } from '@nestjs/common';
import { check } from '@qbo-sync/contracts/validation';
import type { Connection } from '@qbo-sync/gateway/company/connections';
import type { Standing } from '@qbo-sync/gateway/company/standing';
import { OperatorGuard } from '@qbo-sync/service/internal/operator.guard';
import { Problem, tenantOfPath } from '@qbo-sync/service/internal/problem';
import { IsObject, IsOptional, IsString } from 'class-validator';
import type { Response } from 'express';
import { GatewayRuntime } from './gateway-runtime';
import { problemOfRead } from './problem-of-read';

class ReadBody {
  @IsString() path: string;
  @IsOptional() @IsObject() params?: Record<string, string>;
}

class FreshStartBody {
  @IsString() name: string;
}

const FRESH_START = {
  nothing_offered: 'No other QuickBooks company was chosen: connect to it first.',
  name_differs: 'This is not the name of the other QuickBooks company.',
  taken: 'This QuickBooks company belongs to another Run a Call company.',
} as const;

/** For our own console and operators: connections, and people's reads of QuickBooks. */
@Controller('internal/companies/:tenant')
@UseGuards(OperatorGuard)
export class InternalController {
  constructor(@Inject(GatewayRuntime) private readonly runtime: GatewayRuntime) {}

  @Post('connection/start')
  @HttpCode(200)
  async start(@Param('tenant') tenant: string): Promise<{ authorizeUrl: string }> {
    return { authorizeUrl: await this.runtime.connections.begin(tenantOfPath(tenant)) };
  }

  @Get('connection')
  connection(@Param('tenant') tenant: string): Promise<Connection> {
    return this.runtime.connections.connection(tenantOfPath(tenant));
  }

  /** How things stand: what waits, since when, and when it will have been sent. */
  @Get('status')
  async status(@Param('tenant') tenant: string): Promise<Standing> {
    const standing = await this.runtime.standing(tenantOfPath(tenant));
    if (standing === undefined) throw new Problem(404, 'not_connected', 'This company was never connected.');
    return standing;
  }

  /** Another QuickBooks company takes the place of the one the books were bound to; the person has typed its name. */
  @Post('connection/fresh-start')
  @HttpCode(200)
  async freshStart(@Param('tenant') tenant: string, @Body() body: unknown): Promise<Connection> {
    const checked = check(FreshStartBody, body);
    if (!checked.ok) throw new Problem(400, checked.fault.code, `${checked.fault.path} ${checked.fault.message}`);
    const ended = await this.runtime.connections.freshStart(tenantOfPath(tenant), checked.value.name);
    if (ended.is !== 'started') throw new Problem(409, ended.is, FRESH_START[ended.is]);
    return this.runtime.connections.connection(tenant);
  }

  @Delete('connection')
  disconnect(@Param('tenant') tenant: string): Promise<Connection> {
    return this.runtime.connections.disconnect(tenantOfPath(tenant));
  }

  /** QuickBooks' JSON as it came, its numbers untouched. */
  @Post('read')
  async read(@Param('tenant') tenant: string, @Body() body: unknown, @Res() response: Response): Promise<void> {
    const checked = check(ReadBody, body);
    if (!checked.ok) throw new Problem(400, checked.fault.code, `${checked.fault.path} ${checked.fault.message}`);
    const { path, params } = checked.value;
    const answer = await this.runtime.reader.read(tenantOfPath(tenant), path, textsOf(params ?? {}));
    if (answer.is !== 'read') throw problemOfRead(answer);
    response.status(200).type('application/json').send(answer.body);
  }
}

function textsOf(params: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, String(value)]));
}

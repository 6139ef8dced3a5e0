import { randomUUID } from 'node:crypto';
import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, UseGuards } from '@nestjs/common';
import {
  MATCH_GROUPS,
  MatchApplyBody,
  type MatchApplied,
  type MatchBegun,
  type MatchCounts,
  MatchDecideBody,
  type MatchDecided,
  type MatchGroup,
  type MatchPage,
  MatchPageBody,
  MatchReadBody,
  type MatchState,
  MatchUndoBody,
} from '@qbo-sync/contracts/internal/matches';
import type { SyncSettings } from '@qbo-sync/contracts/sync/settings';
import { check } from '@qbo-sync/contracts/validation';
import { OperatorGuard } from '../internal/operator.guard';
import { Problem, tenantOfPath } from '../internal/problem';
import { choose, countCandidates, undo } from './candidates';
import { type Place, selectList } from './lists';
import { Matcher } from './matcher';
import { showGroup } from './show';
import { selectById } from './records';

const MOST_ROWS = 200;

interface Open {
  readonly place: Place;
  readonly settings: SyncSettings;
}

/** Match of one service's records, for the console. */
@Controller('internal/companies/:tenant/matches')
@UseGuards(OperatorGuard)
export class MatchesController {
  constructor(@Inject(Matcher) private readonly matcher: Matcher) {}

  @Get('state')
  async state(@Param('tenant') tenant: string): Promise<MatchState> {
    const { place } = await this.open(tenant);
    const { database } = this.matcher.runtime;
    const { state, readAt, appliedAt } = await selectList(database, place);
    return { state, readAt, appliedAt, counts: await countCandidates(database, place) };
  }

  @Get()
  async list(
    @Param('tenant') tenant: string,
    @Query() query: { group?: string; after?: string; limit?: string },
  ): Promise<MatchPage> {
    const { place } = await this.open(tenant);
    const { group = '', after = '', limit = String(MOST_ROWS) } = query;
    if (!isGroup(group)) throw new Problem(400, 'field_invalid', `group must be one of ${MATCH_GROUPS.join(', ')}`);
    const most = Math.min(Number(limit), MOST_ROWS);
    if (!(most >= 1)) throw new Problem(400, 'field_invalid', `limit must be from 1 to ${MOST_ROWS}`);
    const items = await showGroup(this.matcher, place, {
      group,
      after: `${this.matcher.matching.entity}:${after}`,
      limit: most,
    });
    const counts = await countCandidates(this.matcher.runtime.database, place);
    return { items, next: items[most - 1]?.id ?? null, counts };
  }

  @Post('begin')
  @HttpCode(200)
  async begin(@Param('tenant') tenant: string): Promise<MatchBegun> {
    return this.matcher.begin((await this.open(tenant)).place);
  }

  @Post('page')
  @HttpCode(200)
  async page(@Param('tenant') tenant: string, @Body() body: unknown): Promise<{ taken: number }> {
    const { place } = await this.open(tenant);
    const taken = await this.matcher.take(place, read(MatchPageBody, body));
    if (taken === undefined) throw replaced();
    return { taken };
  }

  @Post('match')
  @HttpCode(200)
  async match(@Param('tenant') tenant: string, @Body() body: unknown): Promise<MatchCounts> {
    const { place, settings } = await this.open(tenant);
    if (!(await this.matcher.match(place, read(MatchReadBody, body).readId, settings))) throw replaced();
    return countCandidates(this.matcher.runtime.database, place);
  }

  /** `ids` of records, or all of a `group`. */
  @Post('decide')
  @HttpCode(200)
  async decide(@Param('tenant') tenant: string, @Body() body: unknown): Promise<MatchDecided> {
    const { place } = await this.open(tenant);
    const { ids, group, choice, by } = read(MatchDecideBody, body);
    const { database } = this.matcher.runtime;
    const { entity, resource } = this.matcher.matching;
    const chosen = ids === undefined ? group && { group } : { refs: ids.map((id) => `${entity}:${id}`) };
    if (chosen === undefined) throw new Problem(400, 'field_missing', 'ids or group must say which records');
    const id = /^link (.+)$/.exec(choice)?.[1];
    if (id !== undefined) {
      if (ids?.length !== 1)
        throw new Problem(400, 'field_invalid', 'choice: one record is linked to one of QuickBooks');
      if (!(await selectById(database, place, resource, [id])).has(id))
        throw new Problem(422, 'record_unknown', `choice: QuickBooks has no ${resource} ${id}, as far as was read`);
    }
    const token = randomUUID();
    return { changed: await choose(database, place, resource, { chosen, choice, by, token }), undoToken: token };
  }

  @Post('undo')
  @HttpCode(200)
  async undo(@Param('tenant') tenant: string, @Body() body: unknown): Promise<{ changed: number }> {
    const { place } = await this.open(tenant);
    const { matching, runtime } = this.matcher;
    const changed = await undo(runtime.database, place, matching.resource, read(MatchUndoBody, body).token);
    if (changed === undefined) throw new Problem(404, 'not_found', 'No such decision, or it was taken back before.');
    return { changed };
  }

  @Post('apply')
  @HttpCode(200)
  async apply(@Param('tenant') tenant: string, @Body() body: unknown): Promise<MatchApplied> {
    const { place, settings } = await this.open(tenant);
    const { by, next = null, looked } = read(MatchApplyBody, body);
    const { readAt } = await selectList(this.matcher.runtime.database, place);
    if (readAt === null) throw new Problem(409, 'not_read', 'What is in QuickBooks was not read yet.');
    const page = await this.matcher.applier.page(place, settings, { by, next, looked });
    if (page === undefined)
      throw new Problem(400, 'field_missing', 'looked must hold the records the last page asked for');
    return page;
  }

  private async open(tenant: string): Promise<Open> {
    const settings = await this.matcher.settingsOf(tenantOfPath(tenant));
    if (settings === undefined) throw new Problem(409, 'not_connected', 'The company has no books here yet.');
    return { place: { tenant, books: settings.books }, settings };
  }
}

function read<T extends object>(dto: new () => T, body: unknown): T {
  const checked = check(dto, body);
  if (!checked.ok) throw new Problem(400, checked.fault.code, `${checked.fault.path} ${checked.fault.message}`);
  return checked.value;
}

const replaced = (): Problem => new Problem(409, 'read_replaced', 'Another reading has begun.');

function isGroup(text: string): text is MatchGroup {
  return (MATCH_GROUPS as readonly string[]).includes(text);
}

import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { idOf, TO_CLASSIFY_AGENCY } from '@qbo-sync/contracts/refs';
import type { Coded, Reason } from '@qbo-sync/contracts/reasons';
import type { RecordState } from '@qbo-sync/contracts/sync/activity';
import { DataSource } from 'typeorm';
import { Problem } from '../http/problem';
import { codedOf } from '../log/row-view';
import { SettingsStore } from '../settings/settings-store';
import type { SettingsState } from '../settings/settings-state';
import { familyRefs, TO_CLASSIFY } from '../settings/to-classify';
import { ChartReader } from './chart-reader';
import { templateUnknown } from './template-unknown';
import type { FamilyRecordDto, ToClassifyDto } from './quickbooks.dto';

const NOTES = {
  codes_stay:
    'QuickBooks lets no app delete a tax agency or a tax code: what this creates stays there. One code is made for each percentage, when it is first met.',
  may_be_refused:
    'With automated sales tax QuickBooks may refuse a new agency. Invoices are posted with their own tax all the same.',
} as const;

/** The family "To classify" (postings.md §7) as a person sees it, and the click that makes it. */
@Injectable()
export class ToClassifyDesk {
  constructor(
    @Inject(ChartReader) private readonly charts: ChartReader,
    @Inject(SettingsStore) private readonly settings: SettingsStore,
    @Inject(DataSource) private readonly dataSource: DataSource,
  ) {}

  async show(tenant: string): Promise<ToClassifyDto> {
    return this.view(tenant, (await this.settings.load(tenant)).state);
  }

  /** Asks tax for the agency and a code per unmapped percentage; the setting takes the family when QuickBooks has it. */
  async want(tenant: string, template: string, by: string): Promise<ToClassifyDto> {
    if (template !== TO_CLASSIFY.id) {
      throw templateUnknown([TO_CLASSIFY.id]);
    }
    if ((await this.settings.load(tenant)).state.books === null) throw new Problem('not_connected');
    this.charts.forget(tenant);
    const at = new Date().toISOString();
    const outcome = await this.settings.decide(tenant, { do: 'want-to-classify', at, by, commandId: randomUUID() });
    if (!outcome.ok) throw new Problem('not_found');
    return this.view(tenant, outcome.state);
  }

  private async view(tenant: string, { values, toClassify, profile }: SettingsState): Promise<ToClassifyDto> {
    const refs = [...new Set([...familyRefs(values['tax.rates']), ...toClassify.made])];
    const rows = new Map((await this.rows(tenant, refs)).map((row) => [row.ref, row]));
    const automated = profile?.taxMode === 'automated_us';
    return {
      template: TO_CLASSIFY.id,
      setting: 'tax.defaultCode',
      notes: [noted('codes_stay'), ...(automated ? [noted('may_be_refused')] : [])],
      records: refs.map((ref) => recordOf(ref, toClassify.made.includes(ref), rows.get(ref))),
    };
  }

  private rows(tenant: string, refs: readonly string[]): Promise<LogRow[]> {
    return this.dataSource.query(`select ref, state, reason from log_row where tenant = $1 and ref = any($2)`, [
      tenant,
      refs,
    ]);
  }
}

interface LogRow {
  readonly ref: string;
  readonly state: RecordState;
  readonly reason: Reason | null;
}

function noted(code: keyof typeof NOTES): Coded {
  return { code, params: {}, text: NOTES[code] };
}

function recordOf(ref: string, made: boolean, row: LogRow | undefined): FamilyRecordDto {
  const name = ref === TO_CLASSIFY_AGENCY ? TO_CLASSIFY.name : `${TO_CLASSIFY.name} ${idOf(ref)}%`;
  if (made) return { ref, name, state: 'made' };
  if (row === undefined) return { ref, name, state: 'not_made' };
  if (row.state !== 'needs attention' || row.reason === null) return { ref, name, state: 'asked' };
  return { ref, name, state: 'refused', reason: codedOf(row.reason) };
}

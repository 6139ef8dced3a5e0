import { type Coded, coded, isReasonCode, type Reason, remedy } from '@qbo-sync/contracts/reasons';
import type { CompanyActivity, CompanyCondition } from '@qbo-sync/contracts/sync/activity';
import type { LogRowDto, OperationsLogRowDto, ReasonDto } from './log-dto';
import { rowChoices } from './resolve';
import type { LogRowEntity } from './log-row.entity';

/** A company's condition as the reason of what waits: one message instead of one per waiting record. */
const CONDITION_REASONS: Readonly<Partial<Record<CompanyCondition, Reason['code']>>> = {
  paused: 'not_active',
  qbo_down: 'qbo_down',
  rate_limit: 'rate_limit',
  quota: 'quota',
  reconnect: 'reconnect',
  not_connected: 'reconnect',
  subscription: 'subscription',
};

/** The row as console.md §12 has it; a waiting row without a reason of its own has its company's. */
export function rowView(row: LogRowEntity, condition: CompanyActivity | null): LogRowDto {
  const reason = row.reason ?? conditionReason(row, condition);
  const synced = row.state === 'synced' || row.state === 'synced with warnings';
  return {
    id: row.id,
    position: row.position,
    eventId: row.eventId,
    entity: row.entity ?? 'unknown',
    recordId: row.recordId,
    ...(row.number === null ? {} : { number: row.number }),
    ...(row.party === null ? {} : { party: row.party }),
    change: row.change,
    ...(row.amount === null ? {} : { amount: { amount: row.amount, currency: row.currency } }),
    occurredAt: row.occurredAt.toISOString(),
    receivedAt: row.receivedAt.toISOString(),
    state: row.state,
    ...(reason === null ? {} : { reason: reasonView(reason) }),
    warnings: row.warnings.map(codedOf),
    attempts: row.attempts,
    ...(row.retryAt === null ? {} : { retryAt: row.retryAt.toISOString() }),
    ...(row.settledAt === null ? {} : { settledAt: row.settledAt.toISOString() }),
    ...(row.settledAt !== null && synced ? { tookSeconds: secondsBetween(row.occurredAt, row.settledAt) } : {}),
    ...(row.quickbooks === null ? {} : { quickbooks: row.quickbooks }),
    revision: row.revision,
    choices: rowChoices(row),
  };
}

export function operationsRowView(row: LogRowEntity): OperationsLogRowDto {
  return { ...rowView(row, null), company: row.tenant };
}

/** A code of a newer version than ours is shown as it is. */
export function codedOf(reason: Reason): Coded {
  const { code, params = {} } = reason;
  return isReasonCode(code) ? coded(reason) : { code, params, text: code };
}

/** The sentence, what to do next and the setting that ends it. */
export function reasonView(reason: Reason): ReasonDto {
  return { ...codedOf(reason), ...(isReasonCode(reason.code) ? remedy(reason) : {}) };
}

function conditionReason(row: LogRowEntity, condition: CompanyActivity | null): Reason | null {
  const code = condition === null ? undefined : CONDITION_REASONS[condition.condition];
  return row.state === 'waiting' && code !== undefined ? { code } : null;
}

function secondsBetween(from: Date, to: Date): number {
  return (to.getTime() - from.getTime()) / 1000;
}

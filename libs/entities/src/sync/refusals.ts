import type { Reason, ReasonCode } from '@qbo-sync/contracts/reasons';
import { differences, valueAt } from './compare';
import type { Answered, Verdict } from './rules';

/**
 * QuickBooks' fault codes and ours (`precondition`, `unclear`) → what a person reads (quickbooks.md §3, postings.md §11).
 * A code that is not here is shown with QuickBooks' own text: also those of an account, item or customer that cannot be
 * used (610, 2500, 6430), because QuickBooks does not say which one.
 */
const REFUSALS: Readonly<Record<string, ReasonCode>> = {
  '6200': 'closed_period',
  '6210': 'closed_period',
  '6240': 'name_taken',
  '6140': 'number_taken',
  '2290': 'negative_line',
  '6540': 'deposited',
  unclear: 'unclear',
};

/** The reason a refusal is shown with. `params` are the sentence's names as the entity knows them. */
export function refusal(answer: Answered, params: Readonly<Record<string, string>> = {}): Reason {
  const code = answer.code ?? '';
  const text = answer.detail ?? '';
  const known = REFUSALS[code];
  return known === undefined
    ? { code: 'refused', params: { code, text } }
    : { code: known, params: { ...params, code, text } };
}

/** For entities without amounts: synced unless QuickBooks refused or shows another value than was asked for. */
export function plainVerdict(
  answer: Answered,
  expect: Readonly<Record<string, string>>,
  params: Readonly<Record<string, string>> = {},
): Verdict {
  if (answer.outcome === 'refused') return { verdict: 'hold', reason: refusal(answer, params) };
  const record = answer.record;
  const [path] = record === undefined ? [] : differences(record, expect);
  if (record === undefined || path === undefined) return { verdict: 'synced', warnings: [] };
  const text = `${path}: ${valueAt(record, path) ?? 'nothing'} instead of ${expect[path] ?? ''}`;
  return { verdict: 'hold', reason: { code: 'refused', params: { code: 'differs', text } } };
}

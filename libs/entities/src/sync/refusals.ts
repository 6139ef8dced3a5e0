import type { Reason, ReasonCode } from '@qbo-sync/contracts/reasons';
import type { Answered } from '@qbo-sync/contracts/sync/trigger';
import { differences, valueAt } from './compare';
import type { Verdict } from './rules';

/**
 * QuickBooks' fault codes and ours (`precondition`, `unclear`) → what a person reads (quickbooks.md §3, postings.md §11).
 * A code that is not here is shown with QuickBooks' own text: also those of an account, item or customer that cannot be
 * used (610, 2500, 6430), because QuickBooks does not say which one.
 */
const REFUSALS: Readonly<Record<string, ReasonCode>> = {
  '500': 'our_mistake',
  '620': 'link_refused',
  '630': 'name_taken',
  '700': 'our_mistake',
  '800': 'in_use',
  '900': 'our_mistake',
  '1040': 'our_mistake',
  '1050': 'our_mistake',
  '2000': 'our_mistake',
  '2010': 'our_mistake',
  '2020': 'our_mistake',
  '2030': 'our_mistake',
  '2040': 'text_refused',
  '2050': 'text_refused',
  '2060': 'our_mistake',
  '2070': 'our_mistake',
  '2080': 'our_mistake',
  '2090': 'our_mistake',
  '2100': 'our_mistake',
  '2110': 'our_mistake',
  '2120': 'our_mistake',
  '2130': 'our_mistake',
  '2140': 'our_mistake',
  '2150': 'our_mistake',
  '2160': 'our_mistake',
  '2170': 'our_mistake',
  '2180': 'text_refused',
  '2200': 'text_refused',
  '2210': 'text_refused',
  '2220': 'currency_refused',
  '2250': 'our_mistake',
  '2290': 'negative_line',
  '2300': 'our_mistake',
  '2390': 'item_account',
  '2600': 'our_mistake',
  '3202': 'our_mistake',
  '4000': 'our_mistake',
  '4001': 'our_mistake',
  '4002': 'our_mistake',
  '5000': 'our_mistake',
  '5020': 'permission',
  '5030': 'feature_off',
  '6010': 'our_mistake',
  '6070': 'our_mistake',
  '6080': 'our_mistake',
  '6090': 'our_mistake',
  '6100': 'tax_refused',
  '6140': 'number_taken',
  '6150': 'our_mistake',
  '6160': 'tax_refused',
  '6170': 'our_mistake',
  '6180': 'too_deep',
  '6200': 'closed_period',
  '6210': 'closed_period',
  '6220': 'in_use',
  '6230': 'tax_refused',
  '6240': 'name_taken',
  '6250': 'customer_unusable',
  '6280': 'in_use',
  '6400': 'in_use',
  '6420': 'email_missing',
  '6440': 'our_mistake',
  '6450': 'card_settled',
  '6470': 'tax_refused',
  '6480': 'bank_matched',
  '6520': 'our_mistake',
  '6530': 'card_number',
  '6540': 'deposited',
  '10100': 'our_mistake',
  '10200': 'company_reset',
  unclear: 'unclear',
};

/**
 * Sentences that were written for a look before sending: what the entity has to say in them, and what stands where
 * QuickBooks does not say it.
 */
const WORDS: Readonly<
  Partial<Record<ReasonCode, { readonly needs: readonly string[]; readonly untold: Readonly<Record<string, string>> }>>
> = {
  closed_period: { needs: ['doc', 'd'], untold: { c: 'the closing date' } },
  name_taken: { needs: ['name'], untold: {} },
  number_taken: {
    needs: ['n'],
    untold: { type: 'another record', customer: 'a customer it does not name', amount: 'amount not told' },
  },
  negative_line: { needs: ['n'], untold: {} },
  deposited: { needs: ['p', 'n'], untold: { d: '(number not told)', date: '(day not told)' } },
};

/**
 * The reason a refusal is shown with. `params` are the sentence's names as the entity knows them; an entity that does not
 * know what the sentence needs shows QuickBooks' own words.
 */
export function refusal(answer: Answered, params: Readonly<Record<string, string>> = {}): Reason {
  const code = answer.code ?? '';
  const text = answer.detail ?? '';
  const known = REFUSALS[code];
  const words = known === undefined ? undefined : WORDS[known];
  return known === undefined || words?.needs.some((name) => !params[name])
    ? { code: 'refused', params: { code, text } }
    : { code: known, params: { ...params, ...words?.untold, code, text } };
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

import type { RecordState } from './sync/activity';
import type { ReasonCode } from './reasons';

/**
 * What a person may say of a stopped record (`resolve` on `sync.commands.v1`): a word, then what it needs, with a space
 * between each: `retry`, `link 58`, `date 2026-12-02`, `account ch_9 77`, `fields DisplayName=ours,Mobile=theirs`. The owning service knows what each does; one
 * that does not fit the record as it stands changes nothing.
 */
const FORMS = {
  quickbooksId: '[\\w-]+',
  day: '\\d{4}-\\d\\d-\\d\\d',
  taxCodeId: '[\\w-]+',
  accountId: '[\\w-]+',
  invoiceId: '\\S+',
  part: '\\S+',
  sides: '\\w+=(?:ours|theirs)(?:,\\w+=(?:ours|theirs))*',
} as const;
export type ChoiceNeed = keyof typeof FORMS;

/** A choice that is offered: its word and, in their order, what a person adds to it. */
export interface OfferedChoice {
  readonly code: string;
  readonly needs: readonly ChoiceNeed[];
}

const RETRY: OfferedChoice = { code: 'retry', needs: [] };
const LEAVE: OfferedChoice = { code: 'leave', needs: [] };
const LINK: OfferedChoice = { code: 'link', needs: ['quickbooksId'] };
const POST_NOW: OfferedChoice = { code: 'post-now', needs: [] };
const DATE: OfferedChoice = { code: 'date', needs: ['day'] };
const CODE: OfferedChoice = { code: 'code', needs: ['taxCodeId'] };
const CREDIT_MEMO: OfferedChoice = { code: 'credit-memo', needs: [] };
const ACCOUNT: OfferedChoice = { code: 'account', needs: ['accountId'] };
const PART_ACCOUNT: OfferedChoice = { code: 'account', needs: ['part', 'accountId'] };
const INVOICE: OfferedChoice = { code: 'invoice', needs: ['invoiceId'] };
const CREDIT: OfferedChoice = { code: 'credit', needs: [] };
const UNAPPLIED: OfferedChoice = { code: 'unapplied', needs: [] };
const CLEARING: OfferedChoice = { code: 'clearing', needs: [] };
const POST: OfferedChoice = { code: 'post', needs: [] };
const OTHER_NAME: OfferedChoice = { code: 'other-name', needs: [] };
const FIELDS: OfferedChoice = { code: 'fields', needs: ['sides'] };
const ALL = [
  ...[RETRY, LEAVE, LINK, POST_NOW, DATE, CODE, CREDIT_MEMO, ACCOUNT, PART_ACCOUNT],
  ...[INVOICE, CREDIT, UNAPPLIED, CLEARING, POST, OTHER_NAME, FIELDS],
];

const FORM = new RegExp(`^(${ALL.map(formOf).join('|')})$`);

function formOf({ code, needs }: OfferedChoice): string {
  return [code, ...needs.map((need) => FORMS[need])].join(' ');
}

/** Whether it is a choice at all, of whatever record. */
export function isChoice(text: string): boolean {
  return FORM.test(text);
}

/** Whether it is this one, with what it needs. */
export function isOf(offered: OfferedChoice, text: string): boolean {
  return new RegExp(`^${formOf(offered)}$`).test(text);
}

/** The fields that a choice of sides names; undefined for any other choice. */
export function fieldsIn(choice: string): readonly string[] | undefined {
  if (!isOf(FIELDS, choice)) return undefined;
  const [, sides = ''] = choice.split(' ');
  return sides.split(',').map((each) => each.slice(0, each.indexOf('=')));
}

interface End extends OfferedChoice {
  readonly of?: readonly string[];
  readonly when?: (change: string) => boolean;
}

/** Reason → what ends it beside `retry` and `leave`, by entity where entities differ. */
const ENDS: Readonly<Partial<Record<ReasonCode, readonly End[]>>> = {
  not_paid_yet: [{ ...POST_NOW, of: ['invoice'] }],
  parent: [{ ...UNAPPLIED, of: ['payment'] }],
  closed_period: [
    { ...CREDIT_MEMO, of: ['invoice'], when: (change) => change === 'voided' },
    { ...DATE, of: ['invoice'], when: (change) => change !== 'voided' },
    { ...DATE, of: ['payment', 'refund'] },
  ],
  two_rates: [{ ...CODE, of: ['invoice'] }],
  name_taken: [LINK, { ...OTHER_NAME, of: ['customer'] }],
  number_taken: [LINK],
  gone_in_qbo: [LINK],
  both_changed: [FIELDS],
  unclear: [LINK],
  returned_deposited: [{ ...ACCOUNT, of: ['payment'] }],
  refund_effect: [
    { ...INVOICE, of: ['refund'] },
    { ...CREDIT, of: ['refund'] },
  ],
  refund_account: [{ ...ACCOUNT, of: ['refund'] }],
  payout_kind: [{ ...CLEARING, of: ['payout'] }],
  payout_exists: [LINK, { ...POST, of: ['payout'] }],
  payout_unequal: [{ ...PART_ACCOUNT, of: ['payout'] }],
};

/** How a record stands, as far as its choices depend on it. */
export interface Stopped {
  readonly entity: string;
  readonly state: RecordState;
  readonly change: string;
  readonly reason: string | null;
}

/** States in which something can still be said. */
const ASKED_IN: readonly RecordState[] = ['needs attention', 'waiting', 'skipped'];

/** What a person may choose for a record as it stands; nothing where nothing is to be said. */
export function choicesOf({ entity, state, change, reason }: Stopped): readonly OfferedChoice[] {
  if (!ASKED_IN.includes(state)) return [];
  const own = (ENDS[reason as ReasonCode] ?? [])
    .filter((end) => end.of?.includes(entity) ?? true)
    .filter((end) => end.when?.(change) ?? true)
    .map(({ code, needs }) => ({ code, needs }));
  if (state !== 'needs attention') return own;
  // Asking once more does not say whose value stays.
  return reason === 'both_changed' ? [...own, LEAVE] : [...own, RETRY, LEAVE];
}

/** Every way in which the API refuses: code → status and title. `params` and `errors` say the rest. */
export const PROBLEMS = {
  unauthorized: { status: 401, title: 'A bearer token of the operator or of this company is needed.' },
  not_found: { status: 404, title: 'There is no such thing here.' },
  method_unknown: { status: 405, title: 'This cannot be done here.' },
  body_invalid: { status: 400, title: 'The request cannot be read.' },
  query_invalid: { status: 400, title: 'A query parameter is wrong.' },
  cursor_invalid: { status: 400, title: 'The cursor is none of ours: start again from the top.' },
  settings_invalid: { status: 422, title: 'A value is wrong; nothing was saved.' },
  template_unknown: { status: 422, title: 'We make no such account or tax code.' },
  invoice_unknown: { status: 422, title: 'Run a Call has not told of this invoice.' },
  invoice_voided: { status: 422, title: 'This invoice is voided: try another.' },
  account_needed: {
    status: 422,
    title:
      'Name the account: Stripe payments wait in none, or in Undeposited Funds, out of which only records are taken.',
  },
  account_unusable: { status: 422, title: 'QuickBooks has no such account, or it is inactive: choose another.' },
  part_not_missing: {
    status: 422,
    title: 'This payout misses no part of this id: only what is missing is brought in.',
  },
  payout_state: { status: 409, title: 'This cannot be done with the payout as it stands.' },
  owner_only: { status: 403, title: 'Only the company itself may do this.' },
  stale: { status: 412, title: 'Somebody saved meanwhile.' },
  idempotency_key_reused: { status: 422, title: 'This Idempotency-Key came before with another request.' },
  idempotency_key_in_use: {
    status: 409,
    title: 'The first request with this Idempotency-Key is still being answered.',
  },
  not_connected: { status: 409, title: 'Not connected to QuickBooks.' },
  nothing_offered: { status: 409, title: 'No other QuickBooks company was chosen: connect to it first.' },
  name_differs: { status: 409, title: 'This is not the name of the other QuickBooks company.' },
  taken: { status: 409, title: 'This QuickBooks company belongs to another Run a Call company.' },
  stripe_account_taken: { status: 409, title: 'This Stripe account belongs to another Run a Call company.' },
  sync_active_needed: { status: 409, title: 'Something needed for Sync active is missing.' },
  sync_active_advised: { status: 409, title: 'Advice was neither followed nor acknowledged.' },
  row_moved: { status: 409, title: 'The record moved on since it was looked at: look again.' },
  nothing_to_choose: { status: 409, title: 'Nothing is to be chosen for this record as it stands.' },
  choice_not_offered: { status: 422, title: 'This is no choice for this record as it stands.' },
  fields_differ: { status: 422, title: 'Choose once for each field that both sides changed, and for no other.' },
  not_taken: { status: 503, title: 'It could not be handed on now. Nothing happened; try again.' },
  match_not_read: { status: 409, title: 'What is in QuickBooks was not read yet.' },
  match_under_way: { status: 409, title: 'It is being read or applied already.' },
  record_unknown: { status: 422, title: 'QuickBooks has no such record, as far as was read.' },
  quickbooks_refused: { status: 502, title: 'QuickBooks refused.' },
  not_active: { status: 409, title: 'Sync active is off.' },
  verify_needed: { status: 409, title: 'Verify one invoice first, or let an owner override it.' },
  plan_ended: { status: 409, title: 'The preview has ended: preview again.' },
  run_state: { status: 409, title: 'This cannot be done with the run as it stands.' },
  run_at_work: { status: 409, title: 'Another run of this kind is at work.' },
  gateway_unavailable: { status: 503, title: 'QuickBooks cannot be asked now.' },
  service_unavailable: { status: 503, title: 'The service that knows this does not answer now.' },
  failed_here: { status: 500, title: 'We failed. Nothing is lost.' },
} as const satisfies Record<string, { status: number; title: string }>;
export type ProblemCode = keyof typeof PROBLEMS;

export function isProblemCode(code: string): code is ProblemCode {
  return Object.hasOwn(PROBLEMS, code);
}

export interface ProblemError {
  /** JSON pointer into the request's body. */
  readonly pointer: string;
  readonly code: string;
  readonly params: Readonly<Record<string, string>>;
  /** English, for people. */
  readonly text?: string;
}

/** Thrown by controllers to refuse a request; answered as `application/problem+json`. */
export class Problem extends Error {
  constructor(
    readonly code: ProblemCode,
    readonly params: Readonly<Record<string, string>> = {},
    readonly errors: readonly ProblemError[] = [],
  ) {
    super(code);
    this.name = 'Problem';
  }
}

export interface ProblemBody {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly params: Readonly<Record<string, string>>;
  readonly errors: readonly ProblemError[];
  readonly traceId: string;
}

/** RFC 9457. */
export function problemBody(problem: Problem, traceId: string): ProblemBody {
  const { code, params, errors } = problem;
  return { type: `urn:qbo-sync:problem:${code}`, ...PROBLEMS[code], code, params, errors, traceId };
}

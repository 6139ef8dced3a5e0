import type { BackfillEntity, BackfillMatch, BackfillRecord } from '@qbo-sync/contracts/internal/backfill';
import { formatAmount, parseDecimal, sum } from '@qbo-sync/money/decimal';

/** What a person asked to bring in. */
export interface BackfillSpec {
  /** The cut-over date, `YYYY-MM-DD`. */
  readonly from: string;
  readonly customers: boolean;
  readonly items: boolean;
  readonly invoices: boolean;
  readonly payments: boolean;
}

export type BackfillKind = 'customers' | 'items' | 'invoices' | 'payments' | 'refunds';

/** Each kind's entity, what it depends on first. */
export const KINDS = {
  customers: 'customer',
  items: 'item',
  invoices: 'invoice',
  payments: 'payment',
  refunds: 'refund',
} as const satisfies Record<BackfillKind, BackfillEntity>;
export const ORDER = Object.keys(KINDS) as readonly BackfillKind[];

/**
 * What the preview found of a record, and what is done with it unless a person says otherwise:
 *
 *   clear      written                                                     taken in
 *   unmapped   a rate has no code: taken in, it waits for a person         taken in
 *   stopped    something else stops it there (`code`)                      taken in
 *   waiting    for something that will come: not paid yet, its parent      taken in
 *   duplicate  QuickBooks has it: number, customer and total agree         a person says: link, or leave out
 *   differs    QuickBooks has its number with another customer or total    a person looks at each
 *   closed     its day is in closed books                                  left out
 *   nothing    a rule says that nothing is posted of it (`code`)           left out
 */
export const FINDINGS = [
  'clear',
  'unmapped',
  'stopped',
  'waiting',
  'duplicate',
  'differs',
  'closed',
  'nothing',
] as const;
export type Finding = (typeof FINDINGS)[number];
/** Null where a person is asked: until then it is left out. */
export type Choice = 'take' | 'link' | 'leave';

export interface Found {
  readonly finding: Finding;
  readonly choice: Choice | null;
  readonly candidates: readonly string[];
}

const UNPAID = 'not_paid_yet';

export function foundOf({ comes, code }: BackfillRecord, match: BackfillMatch | undefined): Found {
  if (match !== undefined && code !== 'closed_period') {
    const { candidates } = match;
    return { finding: match.is === 'same' ? 'duplicate' : 'differs', choice: null, candidates };
  }
  const as = (finding: Finding, choice: Choice): Found => ({ finding, choice, candidates: [] });
  if (code === 'closed_period') return as('closed', 'leave');
  switch (comes) {
    case 'write':
      return as('clear', 'take');
    case 'stop':
      return as(code === 'tax_unmapped' ? 'unmapped' : 'stopped', 'take');
    case 'wait':
      return as('waiting', 'take');
    case 'nothing':
      return code === UNPAID ? as('waiting', 'take') : as('nothing', 'leave');
  }
}

/** A record with what was found of it. */
export interface Planned extends Found {
  readonly kind: BackfillKind;
  readonly record: BackfillRecord;
}

interface Money {
  readonly amount: string;
  readonly currency: string;
}

type PerKind<Value> = Readonly<Partial<Record<BackfillKind, Value>>>;

/** The preview as it is shown. Counts are of records by kind; a kind without any is absent. */
export interface BackfillPlan {
  readonly counts: PerKind<number>;
  readonly totals: PerKind<Money>;
  readonly duplicates: PerKind<{ readonly same: number; readonly differ: number }>;
  readonly closed: PerKind<{ readonly count: number; readonly to: string }>;
  readonly unmapped: PerKind<number>;
  /** What stops others, by reason. */
  readonly stopped: Readonly<Record<string, number>>;
  /** What nothing is posted of, by reason. */
  readonly nothing: Readonly<Record<string, number>>;
  readonly secondsToRun: number;
  /** RFC 3339. */
  readonly expiresAt: string;
}

export interface BackfillResult {
  /** Records by the state they ended in; `left out` too. */
  readonly byState: Readonly<Record<string, number>>;
  /** Of the invoices that QuickBooks has now: our total and QuickBooks' own. */
  readonly total: Money;
  readonly quickbooksTotal: Money;
}

/** Adds up what was found, a page at a time. */
export class PlanSum {
  private readonly by = new Map<BackfillKind, { count: number; amounts: string[]; findings: Map<Finding, number> }>();
  private readonly codes = { stopped: new Map<string, number>(), nothing: new Map<string, number>() };
  /** Records that would be written, or read. */
  taken = 0;

  add({ kind, record, finding, choice }: Planned): void {
    const known = this.by.get(kind) ?? { count: 0, amounts: ['0'], findings: new Map<Finding, number>() };
    this.by.set(kind, known);
    known.count += 1;
    if (record.amount !== undefined) known.amounts.push(record.amount);
    known.findings.set(finding, (known.findings.get(finding) ?? 0) + 1);
    if (finding === 'stopped' || finding === 'nothing') {
      const codes = this.codes[finding];
      codes.set(record.code ?? '', (codes.get(record.code ?? '') ?? 0) + 1);
    }
    if (choice === 'take' || finding === 'duplicate') this.taken += 1;
  }

  plan(more: {
    readonly currency: string;
    readonly closedTo: string | null;
    readonly perMinute: number;
    readonly expiresAt: string;
  }): BackfillPlan {
    const { currency, closedTo, perMinute, expiresAt } = more;
    const each = <Value>(
      value: (of: { count: number; amounts: string[] }, n: (f: Finding) => number) => Value | undefined,
    ) =>
      Object.fromEntries(
        [...this.by].flatMap(([kind, of]) => {
          const one = value(of, (finding) => of.findings.get(finding) ?? 0);
          return one === undefined ? [] : [[kind, one]];
        }),
      ) as PerKind<Value>;
    return {
      counts: each(({ count }) => count),
      totals: each(({ amounts }) =>
        amounts.length === 1 ? undefined : { amount: formatAmount(sum(amounts.map(parseDecimal))), currency },
      ),
      duplicates: each((_of, n) =>
        n('duplicate') + n('differs') === 0 ? undefined : { same: n('duplicate'), differ: n('differs') },
      ),
      closed: each((_of, n) =>
        n('closed') === 0 || closedTo === null ? undefined : { count: n('closed'), to: closedTo },
      ),
      unmapped: each((_of, n) => (n('unmapped') === 0 ? undefined : n('unmapped'))),
      stopped: Object.fromEntries(this.codes.stopped),
      nothing: Object.fromEntries(this.codes.nothing),
      secondsToRun: Math.ceil((this.taken / Math.max(1, perMinute)) * 60),
      expiresAt,
    };
  }
}

import type { StripeAccount } from './account';

/** One movement of an account's balance, in minor units, as the dashboard's export lists it. */
export interface StatementMove {
  readonly id: string;
  readonly type: string;
  readonly category: string;
  readonly currency: string;
  readonly amount: number;
  readonly fee: number;
  readonly net: number;
  readonly source: string | null;
  /** The charge that was given back or disputed. */
  readonly charge: string | null;
  /** The automatic payout it is in, once there is one. */
  readonly payout: string | null;
}

export interface StatementPayout {
  readonly id: string;
  readonly amount: number;
  readonly currency: string;
  readonly automatic: boolean;
  readonly method: string;
  readonly status: string;
  /** It reached the bank, whatever came after. */
  readonly reached: boolean;
  readonly arrivesOn: string;
}

export interface StatementDispute {
  readonly id: string;
  /** `needs_response`, `won`, `lost` */
  readonly status: string;
}

/** Everything that happened on an account, oldest first. */
export interface Statement {
  readonly disputes: readonly StatementDispute[];
  readonly payouts: readonly StatementPayout[];
  readonly moves: readonly StatementMove[];
}

export function statement(account: StripeAccount): Statement {
  const payoutOf = new Map<string, string>();
  for (const [payout, moves] of account.itemised) for (const { id } of moves) payoutOf.set(id, payout);
  return {
    disputes: [...account.disputes].map(({ id, status }) => ({ id, status })),
    payouts: [...account.payouts].map(({ arrival_date: arrival, trace_id: trace, ...payout }) => {
      const { id, amount, currency, automatic, method, status } = payout;
      return {
        ...{ id, amount, currency, automatic, method, status, reached: trace?.status === 'supported' },
        arrivesOn: new Date(arrival * 1000).toISOString().slice(0, 10),
      };
    }),
    moves: [...account.transactions].map((move) => {
      const source = typeof move.source === 'string' ? move.source : null;
      return {
        ...{ id: move.id, type: move.type, category: move.reporting_category, currency: move.currency },
        ...{ amount: move.amount, fee: move.fee, net: move.net, source },
        charge: chargeBehind(account, source),
        payout: payoutOf.get(move.id) ?? null,
      };
    }),
  };
}

function chargeBehind({ records }: StripeAccount, source: string | null): string | null {
  const record = source === null ? undefined : records.get(source);
  if (record === undefined || record.object === 'charge') return null;
  return typeof record.charge === 'string' ? record.charge : null;
}

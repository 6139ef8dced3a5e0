import { addDays } from '@qbo-sync/money/zone';
import { cents } from '../books/cents';
import { livesOf, type Data, type Wire } from '../books/happened';
import type { PlayedCompany } from '../runacall/companies';
import type { DaySize } from '../runacall/day';
import { Planner, type PayoutPlan, type Taken } from './planner';

type Act = (plan: Planner) => void;

/** What each company plays; the second pays out of QuickBooks' own Undeposited Funds. */
const SCRIPTS: Readonly<Record<string, Act>> = {
  'us-auto': (plan) => {
    const { early: refundedEarly, late: refundedLate, spare } = plan;
    const [large, second, third, forManual, forInstant, forFailed, forBounced, onItsWay, ...rest] = spare;
    const disputed = rest.splice(-2);
    const early = rest.filter((_, place) => place % 2 === 0);
    plan.charge(...refundedEarly, ...disputed, ...early);
    plan.payOut('ordinary');
    plan.charge(...refundedLate, ...rest.filter((each) => !early.includes(each)), large);
    plan.refund(...refundedEarly, ...refundedLate);
    plan.fee('Radar', 450);
    plan.payOut('refunds and fees');
    const [lost, won] = disputed.map((each) => plan.dispute(each));
    plan.failRefunds();
    plan.charge(second);
    plan.payOut('disputes');
    plan.close(lost, 'lost');
    plan.close(won, 'won');
    plan.charge(third);
    plan.payOut('dispute won back');
    plan.charge(forManual);
    plan.payOut('manual', { kind: 'manual' }, 'clearing');
    plan.charge(forInstant);
    plan.payOut('instant', { kind: 'instant' }, 'clearing');
    plan.payOut('after manual and instant');
    plan.failAll();
    plan.fee('Connections Verification', 150);
    plan.payOut('negative');
    plan.charge(forBounced);
    plan.payOut('failed before it was paid', { steps: false });
    plan.charge(forFailed);
    const failing = plan.payOut('failed later');
    plan.later();
    plan.act('payout-steps', { payout: `$${failing}`, step: 'failed' });
    plan.payOut('after the failure');
    plan.charge(onItsWay);
  },
  'uk-vat': (plan) => {
    const { early, late, spare } = plan;
    const [forManual, large, second, ...rest] = spare;
    plan.charge(...early, ...late, ...rest);
    plan.payOut('ordinary');
    plan.charge(large, second);
    plan.refund(...early);
    plan.fee('Radar', 320);
    plan.payOut('refunds and fees');
    plan.refund(...late);
    plan.failAll();
    plan.payOut('negative');
    if (forManual === undefined) return;
    plan.charge(forManual);
    plan.payOut('manual', { kind: 'manual' });
  },
  'us-manual': (plan) => {
    const { early, late, spare } = plan;
    const [forLink, disputed, beside, ...rest] = spare;
    // With one that is no few cents: fees of those alone would leave less than nothing, which no deposit can be.
    plan.charge(...early, beside);
    plan.payOut('entered by hand', { steps: false }, 'leave');
    plan.charge(forLink);
    plan.payOut('entered by hand, linked', { steps: false }, 'link');
    plan.charge(...late, ...rest, disputed);
    plan.refund(...early, ...late);
    if (disputed !== undefined) plan.close(plan.dispute(disputed), 'lost');
    plan.payOut('ordinary');
  },
  'ca-rates': (plan) => {
    const { early, late, spare } = plan;
    plan.charge(...early, ...late, ...spare);
    plan.refund(...early, ...late);
    plan.payOut('ordinary');
    plan.act('charges', { amount: 12_345, currency: 'usd' });
    plan.payOut('another currency', { currency: 'usd' });
  },
};

const PLAIN: Act = (plan) => {
  plan.charge(...plan.early, ...plan.late, ...plan.spare);
  plan.payOut('ordinary');
};

/**
 * What happens at Stripe at the end of a company's day; of a short one, one payout. `isPosted`: the payment is in the books.
 * A payout arrives after books that were closed.
 */
export function planPayouts(
  company: PlayedCompany,
  size: DaySize,
  wires: readonly Wire[],
  isPosted: (paymentId: string) => boolean,
  closedThrough?: string,
): PayoutPlan {
  const taken = stripePayments(company.id, wires)
    .filter(({ id }) => isPosted(id))
    .map(takenOf);
  const planner = new Planner(company, taken, arrivalAfter(company.id, wires, closedThrough));
  if (taken.length > 0) ((size === 'full' ? SCRIPTS[company.id] : undefined) ?? PLAIN)(planner);
  const { account, payouts, first, then } = planner;
  return { account, payouts, first, then };
}

/** Charges of payments for several customers, which are a payment each in QuickBooks. */
export function splitCharges(
  payments: readonly Data[],
  payers: ReadonlyMap<string, readonly string[]>,
): ReadonlySet<string> {
  return new Set(
    payments.flatMap(({ id, processorChargeId }) =>
      processorChargeId !== undefined && (payers.get(id)?.length ?? 0) > 1 ? [processorChargeId] : [],
    ),
  );
}

/** A company's Stripe payments as they ended, in the order in which they were published. */
export const stripePayments = (tenant: string, wires: readonly Wire[]): Data[] =>
  [...livesOf(tenant, wires).values()].flatMap(({ noun, happenings }) => {
    const last = noun === 'payment' ? [...happenings].sort((a, b) => a.sequence - b.sequence).at(-1)?.data : undefined;
    // No money moved for what was entered in error.
    return last?.processorChargeId === undefined || last.voidReason === 'entered-in-error' ? [] : [last];
  });

const takenOf = (payment: Data): Taken => ({
  ...{ id: payment.id, charge: payment.processorChargeId ?? '', amount: cents(payment.amount) },
  ach: payment.method === 'ach',
  ...wentBack(payment),
});

const wentBack = ({ refunds, voidReason }: Data): Pick<Taken, 'refunds' | 'failed'> => ({
  refunds: refunds.flatMap(({ processorRefundId: id, amount, status }) =>
    id === undefined ? [] : [{ id, amount: cents(amount), failed: status === 'failed' }],
  ),
  failed: voidReason === 'failed' || voidReason === 'returned',
});

/** The day after the last money of the day moved, and after the last day of closed books. */
function arrivalAfter(tenant: string, wires: readonly Wire[], closedThrough = '2026-01-01'): string {
  const days = [...livesOf(tenant, wires).values()].flatMap(({ noun, happenings }) =>
    noun === 'payment'
      ? happenings.flatMap(({ data }) => [data.collectedOn, ...(data.voidedOn === undefined ? [] : [data.voidedOn])])
      : [],
  );
  return addDays([...days, closedThrough].sort().at(-1) ?? closedThrough, 1);
}

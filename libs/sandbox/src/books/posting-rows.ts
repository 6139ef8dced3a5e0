import { cents, sum } from './cents';
import { codeChosen } from './books-tax';
import type { BooksChoices } from './choices';
import { cameBack, isOfClosedBooks } from './documents';
import { livesOf, type Data, type Happening, type Wire } from './happened';
import { waitsToBePaid } from './invoice-stops';

/** A row of the table of all documents (postings.md §4), and which events play it. */
interface PostingRow {
  readonly row: string;
  readonly plays: Plays;
}

/** `waits`: the event is of an invoice that is posted when it is paid. */
type Plays = (event: Happening, waits: boolean, choices: PlayedBooks['choices']) => boolean;

/** Taxed at a rate that has no code of its own in QuickBooks. */
const atUnmappedRate: Plays = ({ noun, change, data }, _waits, { mappedRates }) =>
  noun === 'invoice' && change === 'sent' && data.taxes.some(({ taxRateId }) => !mappedRates.includes(taxRateId));

/** Taxed at several rates, for which a person chose one code. */
const underOneCode: Plays = ({ noun, change, data }, _waits, choices) =>
  noun === 'invoice' && change === 'sent' && codeChosen(data, choices) !== undefined;

/** Its money came back once the books of its month were closed. */
const cameBackLate: Plays = (event, _waits, choices) =>
  event.noun === 'payment' && event.change === 'voided' && cameBack(event.data) && isOfClosedBooks(event, choices);

const of =
  (noun: Happening['noun'], changes: readonly string[], when: (data: Data) => boolean = () => true): Plays =>
  (event) =>
    event.noun === noun && changes.includes(event.change) && when(event.data);

/** Of an invoice that was first sent while the company posts on send, or on payment. */
const timed =
  (onPayment: boolean, plays: Plays): Plays =>
  (event, waits, choices) =>
    waits === onPayment && plays(event, waits, choices);

const isStripe = ({ processor }: Data): boolean => processor === 'stripe';
const leavesRest = ({ amount, allocations }: Data): boolean =>
  cents(amount) > sum(allocations.map((allocation) => cents(allocation.amount)));
const voidedAs =
  (...reasons: readonly Data['voidReason'][]) =>
  ({ voidReason }: Data): boolean =>
    reasons.includes(voidReason);
const refunds =
  (effect: string) =>
  ({ refunds: all, refundId }: Data): boolean =>
    all.some((refund) => refund.id === refundId && refund.effect === effect);

/** Every row that Run a Call's events play. */
const ROWS: readonly PostingRow[] = [
  { row: 'customer created or updated', plays: of('customer', ['created', 'updated']) },
  { row: 'customer deactivated', plays: of('customer', ['deactivated']) },
  { row: 'customer merged', plays: of('customer', ['merged']) },
  { row: 'item created, updated or deactivated', plays: of('item', ['created', 'updated', 'deactivated']) },
  { row: 'invoice sent (on send)', plays: timed(false, of('invoice', ['sent'])) },
  { row: 'invoice updated', plays: of('invoice', ['updated']) },
  { row: 'invoice paid (on send)', plays: timed(false, of('invoice', ['paid'])) },
  { row: 'invoice paid (on payment)', plays: timed(true, of('invoice', ['paid'])) },
  { row: 'invoice voided', plays: of('invoice', ['voided']) },
  { row: 'payment collected, Stripe', plays: of('payment', ['collected'], isStripe) },
  { row: 'payment collected, other', plays: of('payment', ['collected'], (data) => !isStripe(data)) },
  { row: 'payment with an unallocated rest', plays: of('payment', ['collected'], leavesRest) },
  { row: 'payment updated', plays: of('payment', ['updated']) },
  { row: 'payment voided, entered in error', plays: of('payment', ['voided'], voidedAs('entered-in-error')) },
  { row: 'payment voided, failed or returned', plays: of('payment', ['voided'], voidedAs('failed', 'returned')) },
  { row: 'payment failed or returned, its month closed', plays: cameBackLate },
  { row: 'refund that reduces the sale', plays: of('payment', ['refunded'], refunds('reduce-sale')) },
  { row: 'refund, invoice open again', plays: of('payment', ['refunded'], refunds('reopen-invoice')) },
  { row: 'refund that returns a credit', plays: of('payment', ['refunded'], refunds('return-credit')) },
  {
    row: 'refund that failed',
    plays: of('payment', ['updated'], ({ refunds: all }) => all.some(({ status }) => status === 'failed')),
  },
  { row: 'several rates under one code', plays: underOneCode },
  { row: 'tax rate without a code', plays: atUnmappedRate },
  { row: 'tax rate', plays: of('tax-rate', ['created', 'updated', 'retired']) },
];

export interface PlayedRow {
  readonly row: string;
  readonly times: number;
}

/** One company and how it posts. */
export interface PlayedBooks {
  readonly tenant: string;
  readonly choices: Pick<BooksChoices, 'onPayment' | 'chosen' | 'mappedRates' | 'closed'>;
}

/** How often each row was played by what was published, every event once. */
export function rowsPlayed(companies: readonly PlayedBooks[], wires: readonly Wire[]): readonly PlayedRow[] {
  const events = companies.flatMap(({ tenant, choices }) =>
    [...livesOf(tenant, wires).values()].flatMap((life) =>
      life.happenings.map((event) => ({
        event,
        choices,
        waits: life.noun === 'invoice' && waitsToBePaid(life, choices),
      })),
    ),
  );
  return ROWS.map(({ row, plays }) => ({
    row,
    times: events.filter((one) => plays(one.event, one.waits, one.choices)).length,
  }));
}

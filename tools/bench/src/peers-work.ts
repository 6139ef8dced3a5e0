import type { QboRequest } from '@qbo-sync/contracts/sync/request';

/** The work all contenders do: jobs, each of a key whose jobs are to start in order. */
export interface Job {
  readonly key: string;
  /** Its place among the jobs of its key: 0, 1, 2 … */
  readonly place: number;
}

/** One way to store jobs and dispatch them, over a database of its own. */
export interface Contender {
  /** Makes jobs ready; what is answered stores them, in the order given. */
  prepare(jobs: readonly Job[]): () => Promise<void>;
  /** Starts all that are stored and says of each that it is done; `start` is told of each as it starts. */
  dispatch(total: number, start: (job: Job) => void): Promise<void>;
  /** Ends what is under way. */
  close(): Promise<void>;
}

/** Jobs of `keys` keys, one of each key after the other, as events of many companies come. */
export function jobsOf(count: number, keys: number): Job[] {
  return Array.from({ length: count }, (_, n) => ({ key: `key-${n % keys}`, place: Math.floor(n / keys) }));
}

const KILOBYTE = 1_024;
const NOTES = 'Gate code at the office. Call before arrival; two dogs in the yard. ';

/**
 * What a job asks for: a customer as the customers service hands one over, 1 KB as JSON. Its text has the quotes and digits
 * of a document, which cost a store more than letters do.
 */
export function requestOf({ key, place }: Job): QboRequest {
  const name = `Dana Ruiz ${place}`;
  const phone = `(512) 555-${String(place).padStart(4, '0')}`;
  const given = {
    ...{ tenant: key, ref: `customer:cus_${place}`, revision: 1, books: `bk_${key}`, lane: 'live' as const },
    ...{ occurredAt: '2026-11-20T16:04:05Z', kind: 'put' as const, resource: 'Customer' },
    how: {
      ...{ path: 'customer', update: 'changed' as const, clear: 'full' as const },
      remove: { as: 'inactive' as const, fields: '{"sparse":true,"Active":false}' },
    },
    find: {
      where: [['DisplayName', name]] as [string, string][],
      agree: ['DisplayName'],
      anyOf: ['PrimaryEmailAddr.Address', 'PrimaryPhone.FreeFormNumber', 'BillAddr.Line1'],
      adopt: true,
    },
  };
  const body = (notes: string): string =>
    JSON.stringify({
      ...{ DisplayName: name, GivenName: 'Dana', FamilyName: 'Ruiz' },
      PrimaryEmailAddr: { Address: `dana.${place}@example.com` },
      PrimaryPhone: { FreeFormNumber: phone },
      BillAddr: { Line1: `${place} Oak St`, City: 'Austin', CountrySubDivisionCode: 'TX', PostalCode: '78701' },
      ...{ Notes: notes, Taxable: true },
    });
  const left = KILOBYTE - JSON.stringify({ ...given, body: body('') }).length;
  return { ...given, body: body(NOTES.repeat(KILOBYTE / NOTES.length).slice(0, left)) };
}

/** The job of a request. */
export function jobOf({ tenant, ref }: QboRequest): Job {
  return { key: tenant, place: Number(ref.slice('customer:cus_'.length)) };
}

/** Counts jobs that start after a later one of their key. */
export class OrderWatch {
  readonly #last = new Map<string, number>();
  started = 0;
  late = 0;

  readonly start = ({ key, place }: Job): void => {
    const last = this.#last.get(key) ?? -1;
    if (place < last) this.late += 1;
    else this.#last.set(key, place);
    this.started += 1;
  };
}

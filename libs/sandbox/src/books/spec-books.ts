import type { BooksChoices } from './choices';
import type { Wire } from './happened';

const account = (id: string, name: string) => ({ id, name });

export const CHOICES: BooksChoices = {
  taxedBy: 'automated',
  income: account('1', 'Service revenue'),
  categories: { cat_equip: account('2', 'Equipment sales') },
  memberships: account('3', 'Memberships'),
  discounts: account('4', 'Discounts given'),
  tips: account('5', 'Undistributed Tips'),
  undeposited: account('6', 'Undeposited Funds'),
  clearing: account('7', 'Stripe clearing'),
  refunds: account('8', 'Checking'),
  mappedRates: ['tax_tx'],
};

let serial = 0;

/** An event of Run a Call as it is on its topic; each has an id of its own. */
export function says(
  noun: string,
  change: string,
  sequence: number,
  data: { readonly id: string } & Readonly<Record<string, unknown>>,
): Wire {
  serial += 1;
  const type = `com.runacall.${noun}.${change}.v1`;
  const headers = { ce_id: `evt_${serial}`, ce_type: type, ce_subject: data.id, ce_tenant: 'acme' };
  return { topic: 'any', headers: { ...headers, ce_sequence: String(sequence) }, value: JSON.stringify(data) };
}

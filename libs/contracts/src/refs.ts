import { formatExact, parseDecimal } from '@qbo-sync/money/decimal';

/**
 * Refs (`entity:id`) and the service that owns each entity. Every service reads all of `sync.commands.v1` and
 * `qbo.answers.v1` and drops what is not its own by this table.
 *
 *   customer:cus_88                 Run a Call's ids
 *   payment:pay_500/cus_61          one part of a split payment
 *   refund:re_77/credit             the entry in place of its receipt, its sale being voided
 *   payout:po_1/2                   its second deposit; payout:po_1/failed: the entry that takes it back
 *   dispute:dp_1                    a dispute at Stripe
 *   item:helper.<role>.<account>    helper item on a QuickBooks account
 *   payment-method:<method>         account:<role>
 *   profile:<resource>              the company profile, read by `list`
 */
export const SERVICES = ['customers', 'items', 'invoices', 'payments', 'tax'] as const;
export type ServiceName = (typeof SERVICES)[number];

const ENTITY_OWNERS = {
  customer: 'customers',
  item: 'items',
  invoice: 'invoices',
  payment: 'payments',
  refund: 'payments',
  payout: 'payments',
  dispute: 'payments',
  'payment-method': 'payments',
  account: 'payments',
  'tax-rate': 'tax',
  'tax-agency': 'tax',
  'tax-code': 'tax',
  profile: 'tax',
} as const satisfies Record<string, ServiceName>;
export type Entity = keyof typeof ENTITY_OWNERS;
export const ENTITIES = Object.keys(ENTITY_OWNERS) as readonly Entity[];

export function entityOf(ref: string): string {
  const colon = ref.indexOf(':');
  return colon < 0 ? ref : ref.slice(0, colon);
}

export function idOf(ref: string): string {
  return ref.slice(ref.indexOf(':') + 1);
}

/** The whole company profile: pushed, it is read from QuickBooks anew. */
export const PROFILE_REF = 'profile:company';

/** The service that owns a ref, or undefined for an entity nobody owns. */
export function ownerOf(ref: string): ServiceName | undefined {
  return (ENTITY_OWNERS as Record<string, ServiceName>)[entityOf(ref)];
}

/** The agency of the family "To classify" (postings.md §7). */
export const TO_CLASSIFY_AGENCY = 'tax-agency:to-classify';

/** The family's code of a percentage; `8.250` and `8.25` are one. */
export function toClassifyCodeRef(percentage: string): string {
  return `tax-code:${formatExact(parseDecimal(percentage), 0)}`;
}

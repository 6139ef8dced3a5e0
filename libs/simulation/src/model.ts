/**
 * What the books must say after a day, from the messages of Run a Call alone. It imports nothing of the product: not its
 * types, not its mapping, not its arithmetic. Of each aggregate the highest sequence counts; a void is never undone; of
 * two messages with one id the first stands; amounts are whole cents.
 */
export interface Told {
  readonly tenant: string;
  readonly topic: string;
  readonly subject: string;
  readonly id: string;
  readonly type: string;
  readonly sequence: number;
  readonly data: string;
}

export interface Wanted {
  readonly tenant: string;
  /** `inv_1`, `cus_1`, `itm_1`: how the record is known in the books. */
  readonly identity: string;
  readonly ref: string;
  readonly resource: 'Customer' | 'Item' | 'Invoice' | 'Payment';
  /** Payments have none. */
  readonly name: string | undefined;
  /** Of invoices and payments. */
  readonly totalCents: number | undefined;
  readonly voided: boolean;
  /** Id of the message that counts. */
  readonly newest: string;
  /** Ids of all its messages. */
  readonly events: readonly string[];
}

const RESOURCES = {
  'runacall.customers.v1': ['Customer', 'customer'],
  'runacall.items.v1': ['Item', 'item'],
  'runacall.invoices.v1': ['Invoice', 'invoice'],
  'runacall.payments.v1': ['Payment', 'payment'],
} as const;

/** One record per aggregate that anything readable was said of. */
export function booksAfter(messages: readonly Told[]): Wanted[] {
  const firsts = new Map<string, Told>();
  for (const message of messages) {
    const id = `${message.tenant} ${message.id}`;
    if (!firsts.has(id)) firsts.set(id, message);
  }
  const aggregates = new Map<string, Told[]>();
  for (const message of firsts.values()) {
    // Of a tax rate nothing is written.
    if (!isJson(message.data) || !(message.topic in RESOURCES)) continue;
    const key = `${message.tenant} ${message.topic} ${message.subject}`;
    aggregates.set(key, [...(aggregates.get(key) ?? []), message]);
  }
  return [...aggregates.values()].map(recordOf);
}

function recordOf(told: readonly Told[]): Wanted {
  const newest = told.reduce((best, each) => (each.sequence > best.sequence ? each : best));
  const data = JSON.parse(newest.data) as Record<string, unknown>;
  const [resource, entity] = RESOURCES[newest.topic as keyof typeof RESOURCES];
  const voided = told.some(({ type }) => type.endsWith('.voided.v1'));
  const named = { Customer: data['displayName'], Item: data['name'], Invoice: data['number'], Payment: undefined };
  const name = named[resource];
  return {
    tenant: newest.tenant,
    identity: newest.subject,
    ref: `${entity}:${newest.subject}`,
    resource,
    name: name === undefined ? undefined : String(name),
    totalCents: totalOf(resource, data, voided),
    voided,
    newest: (told.find(({ type }) => type.endsWith('.voided.v1')) ?? newest).id,
    events: told.map(({ id }) => id),
  };
}

function totalOf(resource: string, data: Record<string, unknown>, voided: boolean): number | undefined {
  if (resource === 'Invoice') return voided ? 0 : invoiceCents(data);
  return resource === 'Payment' ? cents(String(data['amount'])) : undefined;
}

function invoiceCents(invoice: Record<string, unknown>): number {
  const lines = invoice['lines'] as readonly { readonly amount: string }[];
  const taxes = invoice['taxes'] as readonly { readonly amount: string }[];
  return [...lines, ...taxes].reduce((sum, { amount }) => sum + cents(amount), 0);
}

/** `12.5` → 1250. */
export function cents(amount: string): number {
  const [whole = '0', fraction = ''] = amount.split('.');
  return Number(whole) * 100 + Number(fraction.padEnd(2, '0').slice(0, 2));
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

import { TOPICS } from '../topics';
import type { Entity } from '../refs';
import { Customer } from './customer';
import { Invoice } from './invoice';
import { Item } from './item';
import { Payment } from './payment';
import { TaxRate } from './tax-rate';

/** Run a Call's event types: topic → entity, DTO, and `com.runacall.<noun>.<change>.v1` for each known change. */
export interface EventFamily {
  readonly entity: Entity;
  readonly noun: string;
  readonly changes: readonly string[];
  readonly dto: new () => object;
}

export const EVENT_FAMILIES: Readonly<Record<string, EventFamily>> = {
  [TOPICS.runacallCustomers.name]: {
    entity: 'customer',
    noun: 'customer',
    changes: ['created', 'updated', 'deactivated', 'merged'],
    dto: Customer,
  },
  [TOPICS.runacallItems.name]: {
    entity: 'item',
    noun: 'item',
    changes: ['created', 'updated', 'deactivated'],
    dto: Item,
  },
  [TOPICS.runacallInvoices.name]: {
    entity: 'invoice',
    noun: 'invoice',
    changes: ['sent', 'updated', 'paid', 'voided'],
    dto: Invoice,
  },
  [TOPICS.runacallPayments.name]: {
    entity: 'payment',
    noun: 'payment',
    changes: ['collected', 'updated', 'refunded', 'voided'],
    dto: Payment,
  },
  [TOPICS.runacallTax.name]: {
    entity: 'tax-rate',
    noun: 'tax-rate',
    changes: ['created', 'updated', 'retired'],
    dto: TaxRate,
  },
};

export function eventType(noun: string, change: string): string {
  return `com.runacall.${noun}.${change}.v1`;
}

/** The change a type names within its family (`sent`), or undefined when the family does not know it. */
export function changeOf(family: EventFamily, type: string): string | undefined {
  return family.changes.find((change) => eventType(family.noun, change) === type);
}

import { ENTITY_NAMES } from './company';
import { account } from './entities/account';
import { creditMemo } from './entities/credit-memo';
import { customer } from './entities/customer';
import { deposit } from './entities/deposit';
import { estimate } from './entities/estimate';
import { invoice } from './entities/invoice';
import { item } from './entities/item';
import { journalEntry } from './entities/journal-entry';
import { payment } from './entities/payment';
import { purchase } from './entities/purchase';
import { refundReceipt } from './entities/refund-receipt';
import {
  companyInfo,
  employee,
  paymentMethod,
  preferences,
  taxCode,
  taxRate,
  term,
  vendor,
} from './entities/small-lists';
import { taxAgency } from './entities/tax-agency';
import type { Resource } from './resource';

const ALL: readonly Resource[] = [
  account,
  companyInfo,
  creditMemo,
  customer,
  deposit,
  employee,
  estimate,
  invoice,
  item,
  journalEntry,
  payment,
  paymentMethod,
  preferences,
  purchase,
  refundReceipt,
  taxAgency,
  taxCode,
  taxRate,
  term,
  vendor,
];
const BY_NAME = new Map(ALL.map((resource) => [resource.name.toLowerCase(), resource]));
if (BY_NAME.size !== ENTITY_NAMES.length) throw new Error('every entity needs a resource');

/** The resource of a path segment or a query's entity name, in any case; undefined when there is none. */
export function resourceNamed(name: string): Resource | undefined {
  return BY_NAME.get(name.toLowerCase());
}

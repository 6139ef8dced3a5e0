import type { AccountRole } from '@qbo-sync/contracts/account-roles';
import type { ServiceName } from '@qbo-sync/contracts/refs';
import { readHelperRef } from '@qbo-sync/mapping/helper-item';
import { accountRules } from './account/account';
import { customerRules } from './customer/customer';
import { disputeRules } from './dispute/dispute';
import { invoiceRules } from './invoice/invoice';
import { helperItemRules } from './item/helper-item';
import { itemRules } from './item/item';
import { paymentMethodRules } from './payment-method/payment-method';
import { type Concern, concernsOf } from './payment/concerns';
import { paymentRules } from './payment/payment';
import { PROFILE_STREAM, profileRules } from './profile/profile';
import { depositListRules, isDepositList } from './payout/deposit-list';
import { payoutRules } from './payout/payout';
import { refundRules } from './refund/refund';
import type { Rules } from './sync/rules';
import { taxRateRules } from './tax-rate/tax-rate';
import { taxAgencyRules, taxCodeRules } from './tax-rate/to-classify';

/** What a service decides by: its rules by entity, and which stream a ref belongs to. */
export interface ServiceRules {
  /** The rules of a ref's stream; undefined when the entity is not built: keep and show it. */
  rulesFor(ref: string): Rules | undefined;
  /** `payment:pay_1/cus_2` → `payment:pay_1`, `refund:re_1/credit` → `refund:re_1`, `payout:po_1/2` → `payout:po_1`, `invoice:inv_1/credit-memo` → `invoice:inv_1`; `profile:Account` → `profile:company`; else the ref itself. */
  streamOf(ref: string): string;
  /** All streams an event of a ref concerns, first the one its row belongs to; absent: the ref's own alone. */
  concerns?(
    ref: string,
    change: string,
    data: Readonly<Record<string, unknown>>,
  ): readonly [Concern, ...(readonly Concern[])];
  /** Streams decided again with every new version of the settings, existing or not. */
  readonly standing: readonly string[];
}

export type Registry = Readonly<Record<ServiceName, ServiceRules>>;

/** The rules of all services. `accountRoles`: the accounts one click makes (`ACCOUNT_ROLES` of contracts). */
export function registry(accountRoles: Readonly<Record<string, AccountRole>>): Registry {
  return {
    customers: service({ customer: erased(customerRules) }),
    items: {
      ...service({ item: erased(itemRules) }),
      rulesFor: (ref) =>
        entityOf(ref) !== 'item' ? undefined : readHelperRef(ref) === undefined ? erased(itemRules) : helperItemRules,
    },
    invoices: { ...service({ invoice: erased(invoiceRules) }), streamOf: wholeOf },
    payments: {
      ...paymentsService(accountRoles),
      streamOf: (ref) =>
        !isDepositList(ref) && ['payment', 'refund', 'payout'].includes(entityOf(ref)) ? wholeOf(ref) : ref,
      concerns: concernsOf,
    },
    tax: {
      ...service({
        'tax-rate': erased(taxRateRules),
        'tax-agency': taxAgencyRules,
        'tax-code': taxCodeRules,
        profile: erased(profileRules),
      }),
      streamOf: (ref) => (entityOf(ref) === 'profile' ? PROFILE_STREAM : ref),
      standing: [PROFILE_STREAM],
    },
  };
}

function paymentsService(accountRoles: Readonly<Record<string, AccountRole>>): ServiceRules {
  const all = service({
    payment: erased(paymentRules),
    refund: erased(refundRules),
    payout: erased(payoutRules),
    dispute: erased(disputeRules),
    'payment-method': paymentMethodRules,
    account: accountRules(accountRoles),
  });
  return { ...all, rulesFor: (ref) => (isDepositList(ref) ? depositListRules : all.rulesFor(ref)) };
}

function service(rules: Readonly<Record<string, Rules>>): ServiceRules {
  return { rulesFor: (ref) => rules[entityOf(ref)], streamOf: (ref) => ref, standing: [] };
}

/** `invoice:inv_1/credit-memo` → `invoice:inv_1`. */
function wholeOf(ref: string): string {
  return ref.split('/')[0] ?? ref;
}

function entityOf(ref: string): string {
  return ref.slice(0, Math.max(ref.indexOf(':'), 0));
}

/** The kit hands each stream its own rules, with data checked against the entity's DTO before. */
function erased<Data, Related>(rules: Rules<Data, Related>): Rules {
  return rules as unknown as Rules;
}

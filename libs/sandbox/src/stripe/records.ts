import type Stripe from 'stripe';

/**
 * Stripe's records as its API shows them (docs.stripe.com/api): the library's types say which fields there are, all
 * amounts are whole minor units, all moments seconds.
 */

export interface Money {
  readonly amount: number;
  readonly currency: string;
}

export type ChargeMethod = 'card' | 'us_bank_account';

export function chargeRecord(id: string, money: Money, method: ChargeMethod, created: number): Stripe.Charge {
  return {
    id,
    object: 'charge',
    ...money,
    amount_captured: money.amount,
    amount_refunded: 0,
    application: null,
    application_fee: null,
    application_fee_amount: null,
    balance_transaction: null,
    billing_details: { address: null, email: null, name: null, phone: null, tax_id: null },
    calculated_statement_descriptor: null,
    captured: true,
    created,
    customer: null,
    description: null,
    disputed: false,
    failure_balance_transaction: null,
    failure_code: null,
    failure_message: null,
    fraud_details: null,
    livemode: false,
    metadata: {},
    on_behalf_of: null,
    outcome: null,
    paid: true,
    payment_intent: null,
    payment_method: null,
    payment_method_details: { type: method },
    receipt_email: null,
    receipt_number: null,
    receipt_url: null,
    refunded: false,
    review: null,
    shipping: null,
    source: null,
    source_transfer: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status: 'succeeded',
    transfer_data: null,
    transfer_group: null,
  };
}

export function refundRecord(id: string, charge: string, money: Money, created: number): Stripe.Refund {
  return {
    id,
    object: 'refund',
    ...money,
    balance_transaction: null,
    charge,
    created,
    customer: null,
    customer_account: null,
    metadata: {},
    payment_intent: null,
    payment_method: null,
    reason: null,
    receipt_number: null,
    source_transfer_reversal: null,
    status: 'succeeded',
    transfer_reversal: null,
  };
}

const EVIDENCE: Stripe.Dispute['evidence'] = {
  access_activity_log: null,
  billing_address: null,
  cancellation_policy: null,
  cancellation_policy_disclosure: null,
  cancellation_rebuttal: null,
  customer_communication: null,
  customer_email_address: null,
  customer_name: null,
  customer_purchase_ip: null,
  customer_signature: null,
  duplicate_charge_documentation: null,
  duplicate_charge_explanation: null,
  duplicate_charge_id: null,
  enhanced_evidence: {},
  product_description: null,
  receipt: null,
  refund_policy: null,
  refund_policy_disclosure: null,
  refund_refusal_explanation: null,
  service_date: null,
  service_documentation: null,
  shipping_address: null,
  shipping_carrier: null,
  shipping_date: null,
  shipping_documentation: null,
  shipping_tracking_number: null,
  uncategorized_file: null,
  uncategorized_text: null,
};

export function disputeRecord(id: string, charge: string, money: Money, created: number): Stripe.Dispute {
  return {
    id,
    object: 'dispute',
    ...money,
    balance_transactions: [],
    charge,
    created,
    enhanced_eligibility_types: [],
    evidence: EVIDENCE,
    evidence_details: {
      due_by: created + 21 * 86_400,
      enhanced_eligibility: {},
      has_evidence: false,
      past_due: false,
      submission_count: 0,
      submission_method: 'not_submitted',
    },
    intended_submission_method: null,
    is_charge_refundable: false,
    livemode: false,
    metadata: {},
    payment_intent: null,
    reason: 'fraudulent',
    status: 'needs_response',
  };
}

export function payoutRecord(id: string, money: Money, arrivalDate: number, created: number): Stripe.Payout {
  return {
    id,
    object: 'payout',
    ...money,
    application_fee: null,
    application_fee_amount: null,
    arrival_date: arrivalDate,
    automatic: true,
    balance_transaction: null,
    created,
    description: 'STRIPE PAYOUT',
    destination: 'ba_1QboSyncSandboxBankAcct00',
    failure_balance_transaction: null,
    failure_code: null,
    failure_message: null,
    livemode: false,
    metadata: {},
    method: 'standard',
    original_payout: null,
    payout_method: null,
    reconciliation_status: 'in_progress',
    reversed_by: null,
    source_type: 'card',
    statement_descriptor: null,
    status: 'in_transit',
    trace_id: { status: 'pending', value: null },
    type: 'bank_account',
  };
}

export interface Movement extends Money {
  readonly type: string;
  readonly category: string;
  readonly source: string | null;
  readonly fees?: readonly { readonly kind: string; readonly amount: number }[];
  readonly description?: string;
  readonly exchangeRate?: number;
}

export function transactionRecord(id: string, movement: Movement, created: number): Stripe.BalanceTransaction {
  const { amount, currency, type, category, source, fees = [], description = null, exchangeRate = null } = movement;
  const fee = fees.reduce((all, each) => all + each.amount, 0);
  return {
    id,
    object: 'balance_transaction',
    amount,
    available_on: created,
    balance_type: 'payments',
    created,
    currency,
    description,
    exchange_rate: exchangeRate,
    fee,
    fee_details: fees.map((each) => ({
      amount: each.amount,
      application: each.kind === 'application_fee' ? 'ca_QboSyncSandbox' : null,
      currency,
      description: each.kind === 'stripe_fee' ? 'Stripe processing fees' : null,
      type: each.kind,
    })),
    net: amount - fee,
    reporting_category: category,
    source,
    status: 'available',
    type,
  };
}

import type { Customer } from '@qbo-sync/contracts/runacall/customer';
import type { Reason } from '@qbo-sync/contracts/reasons';
import type { Find, How, Precondition } from '@qbo-sync/contracts/sync/request';
import { toAddress } from './address';
import { type MappedRecord, type MappingContext, printBody, refTo } from './document';
import { exemptionReasonId } from './exemption';
import { texts, withSuffix } from './text';

/** quickbooks.md §9.3 */
const DISPLAY_NAME_LIMIT = 500;
const PERSON_NAME_LIMIT = 100;
const COMPANY_NAME_LIMIT = 100;
const EMAIL_LIMIT = 100;
const PHONE_LIMIT = 30;
const NOTES_LIMIT = 2000;
const EMAIL = /^[^@\s]+@[^@\s]*\.[^@\s]*$/;

/** A name-list record is never deleted in QuickBooks, only made inactive (quickbooks.md §9.1). */
export const CUSTOMER_HOW: How = {
  path: 'customer',
  update: 'changed',
  clear: 'full',
  remove: { as: 'inactive', fields: '{"sparse":true,"Active":false}' },
};

/** The gateway checks this on a fresh read: making a debtor inactive would wipe the debt out (postings.md §5). */
const CUSTOMER_OWES_NOTHING: readonly Precondition[] = [{ path: 'Balance', equals: '0' }];

const find = (displayName: string): Find => ({
  where: [['DisplayName', displayName]],
  agree: ['DisplayName'],
  anyOf: ['PrimaryEmailAddr.Address', 'PrimaryPhone.FreeFormNumber', 'BillAddr.Line1'],
  adopt: true,
});

/** Run a Call's name with the last four digits of the phone, else the end of the id: for a namesake of our own. */
export function namesakeName(customer: Customer): string {
  const digits = (customer.phone ?? customer.mobile ?? '').replace(/\D/g, '');
  const telling = digits.length >= 4 ? digits.slice(-4) : customer.id.slice(-4);
  return withSuffix(nameOf(customer), ` (${telling})`, DISPLAY_NAME_LIMIT);
}

/** For a name held by a vendor or an employee. */
export const vendorNamesakeName = (customer: Customer): string =>
  withSuffix(nameOf(customer), ' (Customer)', DISPLAY_NAME_LIMIT);

function nameOf(customer: Customer): string {
  const person = [customer.givenName, customer.familyName].filter((part) => part !== undefined).join(' ');
  return [customer.displayName, customer.companyName ?? '', person].find((name) => name.trim() !== '') ?? customer.id;
}

/**
 * Customer (postings.md §5).
 *
 *   {"DisplayName":"Dana Ruiz","GivenName":"Dana","FamilyName":"Ruiz","CompanyName":…,
 *    "PrimaryEmailAddr":{"Address":"dana@example.com"},"PrimaryPhone":{"FreeFormNumber":"(512) 555-0101"},
 *    "Mobile":{"FreeFormNumber":"(512) 555-0102"},"BillAddr":{…},"Notes":…,"Taxable":true,"TaxExemptionReasonId":…,
 *    "ParentRef":{"value":{"$ref":"customer:cus_57"}},"Job":true,"BillWithParent":false}
 *
 * `displayName` is another name for a taken one ({@link namesakeName}, {@link vendorNamesakeName}); it is warned of.
 */
export function toCustomer(customer: Customer, ctx: MappingContext, displayName?: string): MappedRecord {
  const text = texts();
  const name = text.name(displayName ?? nameOf(customer), DISPLAY_NAME_LIMIT) ?? customer.id;
  const email = text.whole(customer.email, (cleaned) => EMAIL.test(cleaned) && cleaned.length <= EMAIL_LIMIT);
  const phone = text.lines(customer.phone, PHONE_LIMIT);
  const mobile = text.lines(customer.mobile, PHONE_LIMIT);
  // Only automated sales tax knows reasons (quickbooks.md §9.3).
  const wantsReason = customer.taxExempt && ctx.profile.taxMode === 'automated_us';
  const exemption = wantsReason ? exemptionReasonId(customer.taxExemptReason) : undefined;
  const body = printBody({
    DisplayName: name,
    GivenName: text.name(customer.givenName, PERSON_NAME_LIMIT),
    FamilyName: text.name(customer.familyName, PERSON_NAME_LIMIT),
    CompanyName: customer.kind === 'commercial' ? text.name(customer.companyName, COMPANY_NAME_LIMIT) : undefined,
    PrimaryEmailAddr: email === undefined ? undefined : { Address: email },
    PrimaryPhone: phone === undefined ? undefined : { FreeFormNumber: phone },
    Mobile: mobile === undefined ? undefined : { FreeFormNumber: mobile },
    BillAddr: toAddress(customer.billingAddress, ctx, text),
    Notes: text.lines(customer.notes, NOTES_LIMIT),
    Taxable: !customer.taxExempt,
    TaxExemptionReasonId: exemption,
    ...(customer.parentId === undefined
      ? {}
      : { ParentRef: refTo(`customer:${customer.parentId}`), Job: true, BillWithParent: false }),
  });
  const warnings: Reason[] = text.warnings();
  if (displayName !== undefined) warnings.push({ code: 'name_changed', params: { name } });
  if (wantsReason && exemption === undefined) warnings.push({ code: 'exempt_reason' });
  return { resource: 'Customer', how: CUSTOMER_HOW, body, find: find(name), expect: {}, warnings };
}

/** Makes the customer inactive, if QuickBooks says that nothing is owed: `refused: precondition` otherwise. */
export function toInactiveCustomer(): MappedRecord {
  return {
    resource: 'Customer',
    how: CUSTOMER_HOW,
    body: '{}',
    if: CUSTOMER_OWES_NOTHING,
    expect: { Active: 'false' },
    warnings: [],
  };
}

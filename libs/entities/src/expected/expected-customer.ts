import type { Customer } from '@qbo-sync/contracts/runacall/customer';
import { toCustomer } from '@qbo-sync/mapping/customer';
import type { MappingContext } from '@qbo-sync/mapping/document';

/** The name a customer should have in QuickBooks: Run a Call's own, as QuickBooks takes it, whatever it was made as. */
export function expectedName(customer: Customer, ctx: MappingContext): string {
  return (JSON.parse(toCustomer(customer, ctx).body) as { readonly DisplayName: string }).DisplayName;
}

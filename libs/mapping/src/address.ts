import type { Address } from '@qbo-sync/contracts/runacall/address';
import { foreignCountry } from './country';
import type { BodyObject, MappingContext } from './document';
import type { Texts } from './text';

/** quickbooks.md §9.3 */
const LINE_LIMIT = 500;
const CITY_LIMIT = 255;
const REGION_LIMIT = 255;
const POSTAL_CODE_LIMIT = 30;

/**
 * An address as QuickBooks has it, or undefined when there is none. The country is left out where it is the company's own.
 *
 *   {"Line1":"12 Oak St","City":"Austin","CountrySubDivisionCode":"TX","PostalCode":"78701"}
 */
export function toAddress(address: Address | undefined, ctx: MappingContext, text: Texts): BodyObject | undefined {
  if (address === undefined) return undefined;
  return {
    Line1: text.lines(address.line1, LINE_LIMIT),
    Line2: text.lines(address.line2, LINE_LIMIT),
    City: text.lines(address.city, CITY_LIMIT),
    CountrySubDivisionCode: text.lines(address.region, REGION_LIMIT),
    PostalCode: text.lines(address.postalCode, POSTAL_CODE_LIMIT),
    Country: foreignCountry(address.country, ctx.profile.country),
  };
}

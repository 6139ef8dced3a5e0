import type { TextObject } from '@qbo-sync/contracts/exact-json';
import { alpha2Of } from './country';

/** Run a Call's address as its commands carry it (events.md). */
export interface AddressFields {
  readonly line1: string;
  readonly line2?: string;
  readonly city: string;
  readonly region: string;
  readonly postalCode: string;
  readonly country: string;
}

/** An address of QuickBooks as Run a Call has it; lines beyond the second join it. Undefined: it says nothing. */
export function fromAddress(address: TextObject, ownCountry: string): AddressFields | undefined {
  const text = (field: string): string => {
    const value = address[field];
    return typeof value === 'string' ? value.trim() : '';
  };
  const more = ['Line2', 'Line3', 'Line4', 'Line5'].map(text).filter((line) => line !== '');
  const [line1 = '', ...rest] = [text('Line1'), ...more].filter((line) => line !== '');
  const city = text('City');
  const postalCode = text('PostalCode');
  if (line1 === '' && city === '' && postalCode === '') return undefined;
  const line2 = rest.join(', ');
  return {
    line1,
    ...(line2 === '' ? {} : { line2 }),
    city,
    region: text('CountrySubDivisionCode'),
    postalCode,
    country: alpha2Of(text('Country')) ?? ownCountry,
  };
}

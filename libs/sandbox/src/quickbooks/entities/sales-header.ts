import type { ExactJson, ExactObject } from '@qbo-sync/contracts/exact-json';
import type { EntityName } from '../company';
import type { Draft } from '../draft';
import { decimalOrZero, object, objects, present, refValue, text } from '../exact';
import { follow } from '../name-list';
import { refuse } from '../refusal';
import type { Writing } from '../resource';

/** `DocNumber` by the company's numbering (quickbooks.md §9.5). */
export function numberFor({ draft, id, current, wanted, input, include }: Writing): string | undefined {
  const preferences = object(object(draft.all('Preferences')[0])['SalesFormsPrefs']);
  const own = preferences['CustomTxnNumbers'] === true;
  const given = text(wanted['DocNumber']);
  if (given === 'AUTO_GENERATE' || (given === undefined && !own))
    return text(current?.['DocNumber']) ?? nextNumber(draft);
  if (given === undefined) return undefined;
  if (/^\d+$/.test(given)) draft.advance('DocNumber', Number(given));
  if (own && input['DocNumber'] !== undefined && !include.includes('allowduplicatedocnum'))
    checkNumberFree(draft, SALES_NUMBERS, given, id);
  return given;
}

/** A journal entry keeps the number it is given and gets none else; entries have a series of their own. */
export function checkEntryNumber({ draft, id, input, include }: Writing): void {
  const given = text(input['DocNumber']);
  if (given !== undefined && !include.includes('allowduplicatedocnum'))
    checkNumberFree(draft, ['JournalEntry'], given, id);
}

/** Sales forms share their numbers. */
const SALES_NUMBERS = ['Invoice', 'CreditMemo', 'RefundReceipt'] as const;

/** Refuses a number in use, where the company has itself warned (quickbooks.md §9.5, 6140). */
function checkNumberFree(draft: Draft, among: readonly EntityName[], number: string, id: string): void {
  if (!draft.company.switches.warnDuplicateNumbers) return;
  for (const entity of among) {
    const other = draft.indexed(entity, 'DocNumber', numbersOf, number).find((record) => record['Id'] !== id);
    if (other !== undefined) {
      refuse(
        '6140',
        `Duplicate Document Number Error : You must specify a different number. This number has already been used. DocNumber=${number} is assigned to TxnType=${entity} with TxnId=${text(other['Id'])}`,
        'DocNumber',
      );
    }
  }
}

function numbersOf(record: ExactObject): string[] {
  return [text(record['DocNumber']) ?? ''];
}

function nextNumber(draft: Draft): string {
  return String(draft.next('DocNumber', 1001));
}

export function dueDate(draft: Draft, wanted: ExactObject, txnDate: string): string {
  const term = follow(draft, wanted['SalesTermRef'], 'Term', 'SalesTermRef');
  const days = Number(decimalOrZero(term?.['DueDays']));
  return new Date(Date.parse(`${txnDate}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

/** Addresses come from the customer when a new invoice has none, and are re-flowed into lines when an update sends none (quickbooks.md §9.5, §14.17). */
export function addressesOf(draft: Draft, { current, input }: Writing, customer: ExactObject): ExactObject {
  const address = (key: 'BillAddr' | 'ShipAddr'): ExactJson | undefined => {
    if (input[key] !== undefined) return { Id: String(draft.next('address', 100)), ...object(input[key]) };
    if (current !== undefined) return current[key] === undefined ? undefined : reflow(object(current[key]));
    return customer[key] ?? (key === 'ShipAddr' ? customer['BillAddr'] : undefined);
  };
  return present({ BillAddr: address('BillAddr'), ShipAddr: address('ShipAddr') });
}

function reflow(address: ExactObject): ExactObject {
  const lines = [1, 2, 3, 4, 5].map((place) => text(address[`Line${place}`])).filter((line) => line !== undefined);
  const town = [
    text(address['City']),
    [text(address['CountrySubDivisionCode']), text(address['PostalCode'])].filter(Boolean).join('  '),
  ]
    .filter(Boolean)
    .join(', ');
  if (town === '') return address;
  const reflowed = [...lines, town].slice(0, 5);
  return present({
    Id: address['Id'],
    ...Object.fromEntries(reflowed.map((line, index) => [`Line${index + 1}`, line])),
    Country: address['Country'],
  });
}

export function checkCurrency(draft: Draft, wanted: ExactObject): void {
  const currency = refValue(wanted['CurrencyRef']);
  if (currency !== undefined && currency !== draft.company.profile.currency)
    refuse('2220', `Invalid Currency Type : ${currency}`, 'CurrencyRef');
}

export function checkCustomFields(draft: Draft, wanted: ExactObject): void {
  const fields = objects(wanted['CustomField']);
  if (fields.length === 0) return;
  const prefs = object(object(draft.all('Preferences')[0])['SalesFormsPrefs']);
  const defined = objects(prefs['CustomField'])
    .flatMap((group) => objects(group['CustomField']))
    .map((field) => text(field['Name']));
  for (const field of fields) {
    if (!defined.includes(`SalesFormsPrefs.SalesCustomName${text(field['DefinitionId'])}`))
      refuse('3000', 'Invalid Custom Field : no such definition.', 'CustomField');
  }
}

export function checkEmail(wanted: ExactObject): void {
  if (wanted['EmailStatus'] === 'NeedToSend' && wanted['BillEmail'] === undefined)
    refuse('6420', 'Email address is required to send a sales form.', 'BillEmail');
  const address = text(object(wanted['BillEmail'])['Address']);
  if (address !== undefined && !(address.includes('@') && address.includes('.')))
    refuse('2210', 'Invalid Email Address format.', 'BillEmail');
}

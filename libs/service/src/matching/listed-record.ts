import { isObject, parseExact, printExact, readNumbersAsText, type TextObject } from '@qbo-sync/contracts/exact-json';
import type { Matching } from './definition';
import type { ListedRecord } from './records';

/** The records of a page, each as QuickBooks spelt it, with what it can be found by. */
export function listedRecords(matching: Matching, resource: string, page: string): readonly ListedRecord[] {
  const answer = parseExact(page);
  const response = isObject(answer) ? answer['QueryResponse'] : undefined;
  const records = isObject(response) ? response[resource] : undefined;
  return Array.isArray(records) ? records.map((record) => listedRecord(matching, printExact(record))) : [];
}

/** One record, as QuickBooks spelt it. */
export function listedRecord(matching: Matching, text: string): ListedRecord {
  const record = readNumbersAsText(text) as TextObject;
  return {
    id: String(record['Id']),
    keys: matching.keysOfRecord(record).map((key) => key.replaceAll('\n', ' ')),
    record: text,
  };
}

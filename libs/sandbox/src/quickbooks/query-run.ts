import { ExactNumber, isObject, type ExactJson, type ExactObject } from '@qbo-sync/contracts/exact-json';
import type { Company, EntityName, Row } from './company';
import { Decimal, number, object, text } from './exact';
import { isActive } from './name-list';
import { pacificDay } from './pacific-time';
import { parseQuery, type Condition, type Query } from './query-parser';
import { refuse } from './refusal';
import type { Resource } from './resource';
import { resourceNamed } from './resources';

const ALWAYS = ['Id', 'SyncToken', 'MetaData.CreateTime', 'MetaData.LastUpdatedTime'];

/**
 * Runs a statement against a company's records (quickbooks.md §6): `{"Customer":[…],"startPosition":1,"maxResults":2}`,
 * `{"totalCount":N}`, or `{}` when nothing matches. Inactive rows of name lists are hidden unless `Active` is asked for.
 */
export function runQuery(
  company: Company,
  statement: string,
  nowMs: number,
  rowsOf: (entity: EntityName) => Row[] = (entity) => company.rows(entity),
): ExactObject {
  const query = parseQuery(statement);
  const resource = resourceNamed(query.from);
  if (resource === undefined)
    return refuse('4001', `Invalid query : QueryValidationError: Invalid entity name ${query.from}`);
  for (const { property } of [...query.where, ...query.orderBy]) checkProperty(resource, property);
  checkOperators(resource, query.where);
  const matching = rowsOf(resource.name)
    .map((row) => ({ ...row, record: shown(company, resource, row) }))
    .filter((row) => (resource.nameList && !asksActive(query) ? isActive(row.record) : true))
    .filter((row) => query.where.every((condition) => matches(row.record, resource, condition, nowMs)));
  if (query.select === 'count') return { totalCount: number(matching.length) };
  const page = sorted(matching, query, resource).slice(
    query.startPosition - 1,
    query.startPosition - 1 + query.maxResults,
  );
  if (page.length === 0) return {};
  return {
    [resource.name]: page.map((row) =>
      query.select === 'all' ? row.record : project(row.record, resource, query.select as readonly string[]),
    ),
    startPosition: number(query.startPosition),
    maxResults: number(page.length),
    ...(query.where.length === 0 ? { totalCount: number(matching.length) } : {}),
  };
}

export function shown(company: Company, resource: Resource, row: Row): ExactObject {
  return resource.shown === undefined ? row.record : resource.shown(company, row.record);
}

function asksActive(query: Query): boolean {
  return query.where.some((condition) => condition.property.toLowerCase() === 'active');
}

function checkProperty(resource: Resource, property: string): void {
  if (propertyOf(resource, property) !== undefined) return;
  const known = Object.keys(resource.shape).some((key) => key.toLowerCase() === property.split('.')[0]?.toLowerCase());
  refuse(
    '4001',
    known
      ? `Invalid query : QueryValidationError: property '${property}' is not queryable`
      : `Invalid query : QueryValidationError: Property ${property} not found for Entity ${resource.name}`,
  );
}

/** The property in its own spelling; names are case-insensitive. */
function propertyOf(resource: Resource, property: string): string | undefined {
  return [...ALWAYS, ...resource.queryable].find((known) => known.toLowerCase() === property.toLowerCase());
}

/** `Id` takes = and IN alone; IN on `AccountType` does not parse (quickbooks.md §6.1, §6.2). */
function checkOperators(resource: Resource, where: readonly Condition[]): void {
  for (const { property, operator } of where) {
    const name = property.toLowerCase();
    if (name === 'id' && operator !== '=' && operator !== 'IN') {
      refuse('4001', `Invalid query : QueryValidationError: operator ${operator} is not supported for Id`);
    }
    if (resource.name === 'Account' && name === 'accounttype' && operator === 'IN') {
      refuse('4000', 'Error parsing query : QueryParserError: Encountered " "IN" "IN "" after AccountType.');
    }
  }
}

function valueAt(record: ExactObject, property: string): ExactJson | undefined {
  let value: ExactJson | undefined = record;
  for (const key of property.split('.')) value = object(value)[key];
  if (!isObject(value)) return value;
  return value['value'] ?? value['Address'] ?? value['FreeFormNumber'];
}

function matches(record: ExactObject, resource: Resource, condition: Condition, nowMs: number): boolean {
  const value = valueAt(record, propertyOf(resource, condition.property) ?? '');
  const wanted = condition.values.map((each) => (each.toUpperCase() === 'CURRENT_DATE' ? pacificDay(nowMs) : each));
  const [first = ''] = wanted;
  if (value === undefined || value === null) return condition.operator === '=' && first.trim() === '';
  switch (condition.operator) {
    case 'IN':
      return wanted.some((each) => compare(value, each, condition.property) === 0);
    case 'LIKE':
      return likePattern(first).test(plainText(value));
    case '=':
      return compare(value, first, condition.property) === 0;
    case '<':
      return compare(value, first, condition.property) < 0;
    case '>':
      return compare(value, first, condition.property) > 0;
    case '<=':
      return compare(value, first, condition.property) <= 0;
    case '>=':
      return compare(value, first, condition.property) >= 0;
  }
}

function likePattern(pattern: string): RegExp {
  const parts = pattern.split('%').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 'isu');
}

function plainText(value: ExactJson): string {
  return value instanceof ExactNumber ? value.source : typeof value === 'string' ? value : String(value);
}

function compare(value: ExactJson, wanted: string, property: string): number {
  if (value instanceof ExactNumber) {
    if (!/^-?\d+(\.\d+)?$/.test(wanted))
      refuse('4001', `Invalid query : QueryValidationError: Invalid value ${wanted} for ${property}`);
    return new Decimal(value.source).comparedTo(new Decimal(wanted));
  }
  if (property.toLowerCase().startsWith('metadata.')) {
    const moment = Date.parse(wanted);
    if (Number.isNaN(moment)) refuse('4001', `Invalid query : QueryValidationError: Invalid date ${wanted}`);
    return Date.parse(plainText(value)) - moment;
  }
  const left = plainText(value).toLowerCase();
  const right = wanted.toLowerCase();
  return left === right ? 0 : left < right ? -1 : 1;
}

/** Newest first unless asked otherwise: Ids descending (quickbooks.md §6.2). */
function sorted(rows: readonly Row[], query: Query, resource: Resource): Row[] {
  const order = query.orderBy.length > 0 ? query.orderBy : [{ property: 'Id', descending: true }];
  return [...rows].sort((left, right) => {
    for (const { property, descending } of order) {
      const path = propertyOf(resource, property) ?? property;
      const difference = compareRows(valueAt(left.record, path), valueAt(right.record, path));
      if (difference !== 0) return descending ? -difference : difference;
    }
    return 0;
  });
}

function compareRows(left: ExactJson | undefined, right: ExactJson | undefined): number {
  if (left instanceof ExactNumber && right instanceof ExactNumber)
    return new Decimal(left.source).comparedTo(new Decimal(right.source));
  const [one, other] = [plainText(left ?? ''), plainText(right ?? '')];
  if (/^\d+$/.test(one) && /^\d+$/.test(other)) return Number(one) - Number(other);
  return one === other ? 0 : one < other ? -1 : 1;
}

/** A column list gives sparse rows (quickbooks.md §6.2). */
function project(record: ExactObject, resource: Resource, columns: readonly string[]): ExactObject {
  const row: ExactObject = { domain: 'QBO', sparse: true, Id: text(record['Id']) ?? '' };
  for (const column of columns) {
    const top = (column.split('.')[0] ?? '').toLowerCase();
    const key = Object.keys(record).find((each) => each.toLowerCase() === top);
    const known =
      key !== undefined ||
      propertyOf(resource, column) !== undefined ||
      Object.keys(resource.shape).some((each) => each.toLowerCase() === top);
    if (!known)
      refuse('4001', `Invalid query : QueryValidationError: Property ${column} not found for Entity ${resource.name}`);
    const value = key === undefined ? undefined : record[key];
    if (key !== undefined && value !== undefined) row[key] = value;
  }
  return row;
}

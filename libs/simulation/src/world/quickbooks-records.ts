import { ExactNumber, isObject, type ExactJson, type ExactObject } from '@qbo-sync/contracts/exact-json';
import { fault, ok, type Answer } from './qbo-wire';
import type { World } from './world';

export interface Kept {
  readonly resource: string;
  record: ExactObject;
}

/** A record as it has just become. */
export interface Committed {
  readonly resource: string;
  readonly id: string;
  readonly token: string;
}

const RESOURCES: Readonly<Record<string, string>> = {
  customer: 'Customer',
  item: 'Item',
  invoice: 'Invoice',
  payment: 'Payment',
  paymentmethod: 'PaymentMethod',
};
/** The field whose value no other record of its kind may have. */
const NAMES: Readonly<Record<string, string>> = { Customer: 'DisplayName', Item: 'Name', PaymentMethod: 'Name' };
const DOCUMENTS: ReadonlySet<string> = new Set(['Invoice', 'Payment']);
/** What one company has in QuickBooks: names are unique, SyncTokens count, a reference must exist, totals are added up. */
export class MemoryRecords {
  readonly byId = new Map<string, Kept>();
  private nextId = 100;

  constructor(
    private readonly world: World,
    private readonly realm: string,
    private readonly onCommit: (committed: Committed) => void,
  ) {}

  write(path: string, body: ExactObject, operation: string): Answer {
    const resource = RESOURCES[path] ?? path;
    const id = body['Id'];
    if (typeof id !== 'string') return this.create(resource, body);
    const kept = this.byId.get(id);
    if (kept === undefined) return { status: 400, body: fault('610', 'Object Not Found') };
    if (kept.record['SyncToken'] !== body['SyncToken']) {
      this.world.faults.counters.count('stale token');
      return { status: 400, body: fault('5010', 'Stale Object Error') };
    }
    if (operation === 'void') {
      return this.store(resource, {
        ...kept.record,
        Line: [],
        TxnTaxDetail: {},
        PrivateNote: `Voided - ${String(kept.record['PrivateNote'])}`,
      });
    }
    const { sparse, ...fields } = body;
    const next =
      sparse === true ? { ...kept.record, ...fields } : { ...fields, MetaData: kept.record['MetaData'] ?? {} };
    return this.refusal(resource, next, id) ?? this.store(resource, next);
  }

  private create(resource: string, body: ExactObject): Answer {
    const refused = this.refusal(resource, body, undefined);
    if (refused !== undefined) return refused;
    this.nextId += 1;
    const active = DOCUMENTS.has(resource) ? {} : { Active: true };
    return this.store(resource, {
      ...active,
      ...body,
      Id: String(this.nextId),
      SyncToken: '-1',
      MetaData: { CreateTime: this.stamp() },
    });
  }

  private refusal(resource: string, body: ExactObject, own: string | undefined): Answer | undefined {
    const nameField = NAMES[resource];
    if (nameField !== undefined) {
      const taken = this.all(resource).some(
        (record) => record['Id'] !== own && record['Active'] !== false && record[nameField] === body[nameField],
      );
      return taken ? { status: 400, body: fault('6240', 'Duplicate Name Exists Error') } : undefined;
    }
    for (const id of referencesIn(body)) {
      if (this.byId.has(id) || !/^\d+$/.test(id) || Number(id) < 100) continue;
      return { status: 400, body: fault('2500', 'Invalid Reference Id') };
    }
    if (isNull(body['CustomerRef'])) {
      this.world.fail(`${identityOf(body)}: sent before what it refers to`);
      return { status: 400, body: fault('2500', 'Invalid Reference Id') };
    }
    return undefined;
  }

  store(resource: string, record: ExactObject): Answer {
    const token = String(Number(record['SyncToken']) + 1);
    const meta = { ...(isObject(record['MetaData']) ? record['MetaData'] : {}), LastUpdatedTime: this.stamp() };
    const total = DOCUMENTS.has(resource)
      ? { TotalAmt: totalOf(resource, record), Balance: totalOf(resource, record) }
      : { Balance: new ExactNumber('0') };
    const next: ExactObject = { ...record, ...total, SyncToken: token, MetaData: meta, domain: 'QBO' };
    this.byId.set(String(record['Id']), { resource, record: next });
    this.world.trace(`${this.realm} commits ${resource} ${String(record['Id'])} ${identityOf(record)} ${token}`);
    this.onCommit({ resource, id: String(record['Id']), token });
    return ok({ [resource]: next });
  }

  all(resource: string): ExactObject[] {
    return [...this.byId.values()]
      .filter((kept) => kept.resource.toLowerCase() === resource.toLowerCase())
      .map(({ record }) => record);
  }

  private stamp(): string {
    return new Date(this.world.time.nowMs).toISOString();
  }
}

/** How the oracle knows a record again, whatever was sent: the invoice's note, the customer's address, the item's SKU. */
export function identityOf(record: ExactObject): string {
  const note = record['PrivateNote'];
  if (typeof note === 'string') return /Run a Call (\S+)/.exec(note)?.[1] ?? note;
  const mail = record['PrimaryEmailAddr'];
  if (isObject(mail)) return String(mail['Address']).split('@')[0] ?? '';
  return typeof record['Sku'] === 'string' ? record['Sku'] : String(record['Name']);
}

const REFERENCES: ReadonlySet<string> = new Set(['CustomerRef', 'ItemRef', 'PaymentMethodRef']);

function referencesIn(json: ExactJson): string[] {
  if (Array.isArray(json)) return json.flatMap(referencesIn);
  if (!isObject(json)) return [];
  return Object.entries(json).flatMap(([key, value]) =>
    key === 'TxnId'
      ? [String(value)]
      : REFERENCES.has(key) && isObject(value)
        ? [String(value['value'])]
        : referencesIn(value),
  );
}

function isNull(json: ExactJson | undefined): boolean {
  return !isObject(json) || typeof json['value'] !== 'string';
}

/** An invoice comes to its lines and its tax, printed with two places; a payment says what it is. */
function totalOf(resource: string, record: ExactObject): ExactNumber {
  const said = record['TotalAmt'];
  if (resource === 'Payment' && said instanceof ExactNumber) return said;
  const lines = Array.isArray(record['Line']) ? record['Line'].filter(isObject) : [];
  const tax = isObject(record['TxnTaxDetail']) ? record['TxnTaxDetail']['TotalTax'] : undefined;
  const total = [...lines.map((line) => line['Amount']), tax].reduce<bigint>((sum, each) => sum + centsOf(each), 0n);
  const digits = String(total).padStart(3, '0');
  return new ExactNumber(`${digits.slice(0, -2)}.${digits.slice(-2)}`);
}

function centsOf(json: ExactJson | undefined): bigint {
  if (!(json instanceof ExactNumber)) return 0n;
  const [whole = '0', fraction = ''] = json.source.split('.');
  return BigInt(whole + fraction.padEnd(2, '0').slice(0, 2));
}

/** Epoch ms of its last change. */
export function changedAt(record: ExactObject): number {
  const meta = record['MetaData'];
  return isObject(meta) ? Date.parse(String(meta['LastUpdatedTime'])) : 0;
}

/** Commands we write to `runacall.commands.v1` (events.md): CloudEvents whose id derives from (books, QBO id, SyncToken). */
export interface UpsertCommand {
  readonly id?: string;
  readonly ifSequence?: number;
  readonly quickbooksId: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface AssignNumberCommand {
  readonly id: string;
  readonly number: string;
}

export const RUN_A_CALL_COMMANDS = {
  upsertCustomer: 'com.runacall.customer.upsert.v1',
  upsertItem: 'com.runacall.item.upsert.v1',
  assignNumber: 'com.runacall.invoice.assign-number.v1',
} as const;

/**
 * Every topic that crosses a process: name, partitions, retention, policy (messages.md). Each process creates the ones
 * it uses at start; `runacall.*` too outside production, where Run a Call owns them.
 */
export interface TopicSpec {
  readonly name: string;
  readonly partitions: number;
  readonly cleanupPolicy: 'delete' | 'compact';
  /** How long a record is kept; -1 keeps it for ever. */
  readonly retentionMs: number;
  /** The world outside writes it: never created by us in production. */
  readonly foreign: boolean;
  /** The largest record; absent: the brokers' own limit (1 MiB). */
  readonly maxMessageBytes?: number;
}

const DAY_MS = 24 * 60 * 60 * 1000;
const topic = (name: string, days: number, foreign = false): TopicSpec => ({
  name,
  partitions: 6,
  cleanupPolicy: 'delete',
  retentionMs: days * DAY_MS,
  foreign,
});

/** A deposit of QuickBooks' 10,000 lines is some 3 MB, as it shows it some 5 MB, and its quotes are escaped. */
const LARGE = { maxMessageBytes: 16 * 1024 * 1024 };

export const TOPICS = {
  runacallCustomers: topic('runacall.customers.v1', 14, true),
  runacallItems: topic('runacall.items.v1', 14, true),
  runacallInvoices: topic('runacall.invoices.v1', 14, true),
  runacallPayments: topic('runacall.payments.v1', 14, true),
  runacallTax: topic('runacall.tax.v1', 14, true),
  runacallCommands: topic('runacall.commands.v1', 14, true),
  requests: { ...topic('qbo.requests.v1', 14), ...LARGE },
  answers: { ...topic('qbo.answers.v1', 14), ...LARGE },
  changes: { ...topic('qbo.changes.v1', 14), ...LARGE },
  commands: topic('sync.commands.v1', 14),
  activity: topic('sync.activity.v1', 14),
  settings: {
    name: 'sync.settings.v1',
    partitions: 6,
    cleanupPolicy: 'compact',
    retentionMs: -1,
    foreign: false,
  },
} as const satisfies Record<string, TopicSpec>;

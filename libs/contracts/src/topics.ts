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
}

const DAY_MS = 24 * 60 * 60 * 1000;
const topic = (name: string, days: number, foreign = false): TopicSpec => ({
  name,
  partitions: 6,
  cleanupPolicy: 'delete',
  retentionMs: days * DAY_MS,
  foreign,
});

export const TOPICS = {
  runacallCustomers: topic('runacall.customers.v1', 14, true),
  runacallItems: topic('runacall.items.v1', 14, true),
  runacallInvoices: topic('runacall.invoices.v1', 14, true),
  runacallPayments: topic('runacall.payments.v1', 14, true),
  runacallTax: topic('runacall.tax.v1', 14, true),
  runacallCommands: topic('runacall.commands.v1', 14, true),
  requests: topic('qbo.requests.v1', 14),
  answers: topic('qbo.answers.v1', 14),
  changes: topic('qbo.changes.v1', 14),
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

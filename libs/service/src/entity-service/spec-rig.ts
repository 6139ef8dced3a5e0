import { randomUUID } from 'node:crypto';
import { messageKey } from '@qbo-sync/contracts/keys';
import type { RecordActivity } from '@qbo-sync/contracts/sync/activity';
import type { UpsertCommand } from '@qbo-sync/contracts/runacall/upsert-command';
import type { QboAnswer } from '@qbo-sync/contracts/sync/answer';
import type { QboRequest } from '@qbo-sync/contracts/sync/request';
import {
  DEFAULT_SETTINGS,
  type CompanyProfile,
  type SettingValues,
  type SyncSettings,
} from '@qbo-sync/contracts/sync/settings';
import { TOPICS, type TopicSpec } from '@qbo-sync/contracts/topics';
import { createKafka } from '@qbo-sync/kafka/client';
import { runConsumer } from '@qbo-sync/kafka/consumer';
import type { OutgoingMessage } from '@qbo-sync/kafka/message';
import { createProducer } from '@qbo-sync/kafka/producer';
import { ensureTopics } from '@qbo-sync/kafka/topics';
import { start, type Running, type Service } from '../boot';
import type { OperatorConfig } from '../internal/operator-config';

/**
 * For specs of the entity apps: a service started from source against real servers, with Run a Call, the console and the
 * gateway played by the spec. Every rig has a company of its own, so that specs can share a broker.
 */
export interface Rig {
  readonly tenant: string;
  /** The process, or what took its place. */
  running(): Running;
  /** Stops the process and starts another on the same database. */
  restart(): Promise<void>;
  /** Resolves once the process is ready. */
  ready(): Promise<void>;
  /** Every log line so far. */
  readonly lines: readonly string[];
  /** An event as Run a Call sends it, binary; `overrides` bend it. */
  event(topic: TopicSpec, event: EventToSend): OutgoingMessage;
  settings(version: number, change?: SettingsChange): OutgoingMessage;
  /** The gateway's `synced`, with QuickBooks' record. */
  answer(request: QboRequest, record: Readonly<Record<string, unknown>>): OutgoingMessage;
  send(...messages: readonly OutgoingMessage[]): Promise<void>;
  /** Requests and rows of this company so far, oldest first. */
  requests(): readonly QboRequest[];
  rows(): readonly RecordActivity[];
  activities(): readonly { readonly kind: string }[];
  /** Commands to Run a Call. */
  commands(): readonly UpsertCommand[];
  close(): Promise<void>;
}

export interface EventToSend {
  readonly id?: string;
  readonly noun: string;
  readonly change: string;
  readonly subject: string;
  readonly sequence: number;
  readonly data: unknown;
  readonly time?: string;
  readonly key?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export type SettingsChange = Partial<Omit<SyncSettings, 'values'>> & { readonly values?: Partial<SettingValues> };

export interface RigOptions<C extends OperatorConfig> {
  readonly service: Service<C>;
  readonly databaseUrl: string;
  readonly brokers: string;
  /** Settings of the process beside those that all have. */
  readonly env?: Readonly<Record<string, string>>;
}

/** The operator's token of the rig's processes. */
export const OPERATOR = 'operator-token-of-the-rig';
const GO_LIVE = '2026-01-01T06:00:00Z';

const PROFILE: CompanyProfile = {
  country: 'US',
  taxMode: 'automated_us',
  customTxnNumbers: true,
  allowDiscount: true,
  autoApplyCredit: false,
  bookCloseDate: null,
  multiCurrency: false,
  homeCurrency: 'USD',
  defaultDiscountAccount: { id: '86', name: 'Discounts given' },
  undepositedAccount: { id: '4', name: 'Undeposited Funds' },
  receivableAccount: { id: '84', name: 'Accounts Receivable' },
};

const VALUES = {
  'items.defaultIncomeAccount': { id: '79', name: 'Service revenue' },
  'invoices.tipsAccount': { id: '90', name: 'Undistributed Tips' },
  'payments.clearingAccount': { id: '91', name: 'Stripe clearing' },
  'payments.undepositedAccount': { id: '4', name: 'Undeposited Funds' },
} as const;

export async function openRig<C extends OperatorConfig>({
  service,
  databaseUrl,
  brokers,
  env: own = {},
}: RigOptions<C>): Promise<Rig> {
  const tenant = `t-${randomUUID().slice(0, 8)}`;
  const lines: string[] = [];
  const kafka = createKafka({ brokers, clientId: 'spec' });
  await ensureTopics(kafka, Object.values(TOPICS));
  const producer = createProducer(kafka);
  const seen: { topic: string; value: unknown }[] = [];
  const watcher = runConsumer({
    kafka,
    groupId: `spec.${tenant}`,
    topics: [TOPICS.requests.name, TOPICS.activity.name, TOPICS.runacallCommands.name],
    handle: ({ topic, messages }) => {
      for (const { key, value } of messages) {
        if (value === null || !(key?.startsWith(`${tenant}:`) || key?.startsWith('-:'))) continue;
        seen.push({ topic, value: JSON.parse(value.toString('utf8')) });
      }
      return Promise.resolve({ outcome: 'done' });
    },
  });
  const env = {
    KAFKA_BROKERS: brokers,
    DATABASE_URL: databaseUrl,
    OPERATOR_TOKEN: OPERATOR,
    LOG_LEVEL: 'debug',
    NODE_ENV: 'test',
    ...own,
  };
  const open = (): Promise<Running> => start(service, env, { write: (line) => void lines.push(line) });
  let running = await open();

  const activities = (): { kind: string }[] =>
    seen.filter(({ topic }) => topic === TOPICS.activity.name).map(({ value }) => value as { kind: string });
  return {
    tenant,
    running: () => running,
    restart: async () => {
      await running.close();
      running = await open();
    },
    ready: () => untilReady(running),
    lines,
    event: (topic, event) => eventMessage(tenant, topic, event),
    settings: (version, change = {}) => settingsMessage(tenant, version, change),
    answer: (request, record) => answerMessage(request, record),
    send: (...messages) => producer.send(messages),
    requests: () => seen.filter(({ topic }) => topic === TOPICS.requests.name).map(({ value }) => value as QboRequest),
    rows: () => activities().filter(({ kind }) => kind === 'record') as RecordActivity[],
    activities,
    commands: () =>
      seen.filter(({ topic }) => topic === TOPICS.runacallCommands.name).map(({ value }) => value as UpsertCommand),
    close: async () => {
      await running.close();
      await watcher.stop();
      await producer.close();
    },
  };
}

const READY_WITHIN_MS = 30_000;

async function untilReady({ url }: Running): Promise<void> {
  for (const endsAt = Date.now() + READY_WITHIN_MS; !(await fetch(`${url}/health/ready`)).ok;) {
    if (Date.now() > endsAt) throw new Error(`not ready within ${READY_WITHIN_MS} ms`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function eventMessage(tenant: string, topic: TopicSpec, event: EventToSend): OutgoingMessage {
  const { id = randomUUID(), noun, change, subject, sequence, data, time, key, headers } = event;
  return {
    topic: topic.name,
    key: key ?? messageKey(tenant, subject),
    value: typeof data === 'string' ? data : JSON.stringify(data),
    headers: {
      'content-type': 'application/json',
      ce_specversion: '1.0',
      ce_id: id,
      ce_source: 'runacall',
      ce_type: `com.runacall.${noun}.${change}.v1`,
      ce_subject: subject,
      ce_time: time ?? new Date().toISOString(),
      ce_tenant: tenant,
      ce_sequence: String(sequence),
      ...headers,
    },
  };
}

function settingsMessage(tenant: string, version: number, change: SettingsChange): OutgoingMessage {
  const settings: SyncSettings = {
    tenant,
    version,
    books: 'books-1',
    active: true,
    goLiveAt: GO_LIVE,
    company: { name: 'Spec', timeZone: 'America/Chicago', currency: 'USD', country: 'US' },
    profile: PROFILE,
    ...change,
    values: { ...DEFAULT_SETTINGS, ...VALUES, ...change.values },
  };
  return { topic: TOPICS.settings.name, key: tenant, value: JSON.stringify(settings) };
}

function answerMessage(request: QboRequest, record: Readonly<Record<string, unknown>>): OutgoingMessage {
  const { tenant, ref, revision, books } = request;
  const answer: QboAnswer = {
    tenant,
    ref,
    revision,
    attempt: 1,
    books,
    outcome: 'synced',
    record: JSON.stringify(record),
    quickbooksId: String(record['Id']),
    at: new Date().toISOString(),
  };
  return { topic: TOPICS.answers.name, key: messageKey(tenant, ref), value: JSON.stringify(answer) };
}

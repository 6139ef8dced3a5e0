import { type DynamicModule, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { createPool } from '@qbo-sync/eventstore/pool';
import { createKafka, type KafkaClient } from '@qbo-sync/kafka/client';
import { createProducer } from '@qbo-sync/kafka/producer';
import { BatchTransport } from '@qbo-sync/service/batch-transport';
import type { Log } from '@qbo-sync/service/log';
import { ActivityController } from './activity/activity.controller';
import { ActivityIntake } from './activity/activity-intake';
import { CommandDesk } from './commands/command-desk';
import { Companies } from './companies/companies';
import { CompaniesController } from './companies/companies.controller';
import { CompanyConditions } from './connection/company-conditions';
import { ConnectionController } from './connection/connection.controller';
import { Connections } from './connection/connections';
import { GatewayClient } from './connection/gateway-client';
import { ServiceClient } from './connection/service-client';
import type { ConsoleConfig } from './console-config';
import { CONSUMED, ConsoleRuntime } from './console-runtime';
import { DriftController } from './drift/drift.controller';
import { DriftDesk } from './drift/drift-desk';
import { DriftNight } from './drift/drift-night';
import { DriftRun } from './drift/drift-run';
import { DriftStore } from './drift/drift-store';
import { StreamsReader } from './drift/streams-reader';
import { IdempotentAnswers } from './http/idempotent-answers';
import { ExchangeLog } from './log/exchange-log';
import { LogController } from './log/log.controller';
import { LogQuery } from './log/log-query';
import { LogRowEntity } from './log/log-row.entity';
import { LogWriter } from './log/log-writer';
import { OperationsLogController } from './log/operations-log.controller';
import { MatchDesk } from './matches/match-desk';
import { MatchDriver } from './matches/match-driver';
import { MatchesController } from './matches/matches.controller';
import { Operations } from './operations/operations';
import { OperationsController } from './operations/operations.controller';
import { StoryReader } from './log/story-reader';
import { ChartReader } from './quickbooks/chart-reader';
import { PayoutDesk } from './payouts/payout-desk';
import { PayoutsController } from './payouts/payouts.controller';
import { QuickBooksController } from './quickbooks/quickbooks.controller';
import { QuickBooksDesk } from './quickbooks/quickbooks-desk';
import { ToClassifyDesk } from './quickbooks/to-classify-desk';
import { BackfillPlanner } from './runs/backfill/backfill-planner';
import { BackfillWork } from './runs/backfill/backfill-work';
import { RunDriver } from './runs/run-driver';
import { RunEntity } from './runs/run.entity';
import { RunRecordEntity } from './runs/run-record.entity';
import { Runs } from './runs/runs';
import { RunsController } from './runs/runs.controller';
import { DefaultAccounts } from './settings/default-accounts';
import { SettingsController } from './settings/settings.controller';
import { SettingsDesk } from './settings/settings-desk';
import { SettingsOutbox } from './settings/settings-outbox';
import { SettingsStore } from './settings/settings-store';
import { StreamController } from './stream/stream.controller';
import { SummaryController } from './summary/summary.controller';
import { SummaryReader } from './summary/summary-reader';
import { SyncActiveController } from './sync-active/sync-active.controller';
import { SyncSwitch } from './sync-active/sync-switch';
import { EVENT_DATABASE, GROUP, KAFKA, PRODUCER } from './tokens';
import { ExpectationReader } from './verify/expectation-reader';
import { FindingReader } from './verify/finding-reader';
import { RecordRows } from './verify/record-rows';
import { VerificationEntity } from './verify/verification.entity';
import { VerificationStore } from './verify/verification-store';
import { Verifier } from './verify/verifier';
import { VerifyController } from './verify/verify.controller';
import { VerifyDesk } from './verify/verify-desk';
import { VerifyGate } from './verify/verify-gate';
import { VerifyWatch } from './verify/verify-watch';

const POOL_SIZE = 6;
const STATEMENT_TIMEOUT_MS = 15_000;
const IDLE_IN_TRANSACTION_MS = 10_000;
/** As in the event store's own pool: a server that hangs is an error, and no end of waiting. */
const QUERY_TIMEOUT_MS = 20_000;
const CONNECT_TIMEOUT_MS = 10_000;

/** The console's API and its consumers, in the consumer group of this name. */
@Module({})
export class ConsoleModule {
  static of(config: ConsoleConfig, log: Log, group: string): DynamicModule {
    return {
      module: ConsoleModule,
      imports: [
        TypeOrmModule.forRoot({
          type: 'postgres',
          url: config.DATABASE_URL,
          applicationName: `${group}.read`,
          entities: [LogRowEntity, RunEntity, RunRecordEntity, VerificationEntity],
          poolSize: POOL_SIZE,
          extra: {
            statement_timeout: STATEMENT_TIMEOUT_MS,
            idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
            query_timeout: QUERY_TIMEOUT_MS,
            connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
            keepAlive: true,
          },
        }),
      ],
      controllers: [
        ActivityController,
        CompaniesController,
        ConnectionController,
        LogController,
        MatchesController,
        OperationsController,
        OperationsLogController,
        PayoutsController,
        QuickBooksController,
        RunsController,
        SettingsController,
        StreamController,
        SummaryController,
        SyncActiveController,
        DriftController,
        VerifyController,
      ],
      providers: [
        ...[
          ActivityIntake,
          Companies,
          CompanyConditions,
          Connections,
          ConsoleRuntime,
          ChartReader,
          CommandDesk,
          DefaultAccounts,
          ExchangeLog,
          Operations,
        ],
        ...[GatewayClient, IdempotentAnswers, LogQuery, LogWriter, QuickBooksDesk, SettingsDesk, SettingsOutbox],
        ...[BackfillPlanner, BackfillWork, RunDriver, Runs],
        ...[MatchDesk, MatchDriver, PayoutDesk, ServiceClient],
        ToClassifyDesk,
        ...[SettingsStore, StoryReader, SummaryReader, SyncSwitch],
        ...[
          ExpectationReader,
          FindingReader,
          RecordRows,
          VerificationStore,
          Verifier,
          VerifyDesk,
          VerifyGate,
          VerifyWatch,
        ],
        ...[DriftDesk, DriftNight, DriftRun, DriftStore, StreamsReader],
        { provide: GROUP, useValue: group },
        {
          provide: EVENT_DATABASE,
          useFactory: () =>
            createPool(config.DATABASE_URL, {
              max: POOL_SIZE,
              applicationName: group,
              onIdleError: (err) => log.warn({ err }, 'lost an idle connection'),
            }),
        },
        {
          provide: KAFKA,
          useFactory: () =>
            createKafka({
              brokers: config.KAFKA_BROKERS,
              clientId: group,
              onLog: ({ level, message }) => log[level]({ reason: message }, 'kafka client'),
            }),
        },
        { provide: PRODUCER, inject: [KAFKA], useFactory: (kafka: KafkaClient) => createProducer(kafka) },
        {
          provide: BatchTransport,
          inject: [ConsoleRuntime],
          useFactory: (runtime: ConsoleRuntime) =>
            new BatchTransport(CONSUMED, (topics, handle) => runtime.startConsumer(topics, handle)),
        },
      ],
    };
  }
}

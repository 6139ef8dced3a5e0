import 'reflect-metadata';
import { Module, type DynamicModule, type INestApplication, type Type } from '@nestjs/common';
import { HttpAdapterHost, NestFactory } from '@nestjs/core';
import type { CustomTransportStrategy } from '@nestjs/microservices';
import { Registry } from 'prom-client';
import { ConfigError, readConfig, type BaseConfig, type Environment } from './config';
import { Health } from './health';
import { HealthController } from './health.controller';
import { errorFields, openLog, type Log, type LogOutput } from './log';
import { openMetrics } from './metrics';
import { migrate, type SqlMigration } from './migrations';
import { nestLog } from './nest-log';
import { logRequests } from './request-log';
import { RethrowFilter } from './rethrow.filter';
import { CONFIG, LOG } from './tokens';

/** How long a stopping process may take to finish what it has in hand. */
const SHUTDOWN_MS = 20_000;

/** One process: its name, its settings, its database's steps and its Nest module. */
export interface Service<C extends BaseConfig> {
  /** `customers`: the log's `service`. */
  readonly name: string;
  readonly config: new () => C;
  /** Run by TypeORM before Nest starts. */
  readonly migrations?: readonly SqlMigration[];
  readonly module: (config: C, log: Log) => Type | DynamicModule | Promise<DynamicModule>;
  /** Keeps each request's raw body, for webhook signatures. */
  readonly rawBody?: boolean;
  /** Kafka transports to connect, picked out of the built module. */
  readonly transports?: (app: INestApplication) => readonly CustomTransportStrategy[];
  /** Last word before listening: prefixes, pipes, OpenAPI. */
  readonly prepare?: (app: INestApplication, config: C) => void | Promise<void>;
}

export interface Running {
  readonly app: INestApplication;
  readonly port: number;
  readonly url: string;
  readonly log: Log;
  /** Stops consuming, finishes what is in hand, closes everything. */
  close(signal?: string): Promise<void>;
}

/**
 * Starts a service in this process: settings → migrations → Nest → HTTP on PORT → consumers. Throws {@link ConfigError}
 * on wrong settings and whatever kept it from starting. Log lines go to stdout, or to `out`.
 */
export async function start<C extends BaseConfig>(
  service: Service<C>,
  env: Environment,
  out?: LogOutput,
): Promise<Running> {
  const config = readConfig(service.config, env);
  const log = openLog(service.name, config.LOG_LEVEL, out);
  const migrated = await migrate(config.DATABASE_URL, service.migrations ?? []);
  if (migrated > 0) log.info({ count: migrated }, 'migrated');

  const health = new Health();
  const own = await service.module(config, log);
  const app = await NestFactory.create(rootModule(service.name, { config, log, health, own }), {
    logger: nestLog(log),
    rawBody: service.rawBody ?? false,
    abortOnError: false,
    forceCloseConnections: true,
  });
  try {
    app.useGlobalFilters(new RethrowFilter(app.get(HttpAdapterHost).httpAdapter));
    app.use(logRequests(log));
    for (const strategy of service.transports?.(app) ?? []) {
      app.connectMicroservice({ strategy }, { inheritAppConfig: true });
    }
    await service.prepare?.(app, config);
    await app.listen(config.PORT);
    const port = portOf(app);
    log.info({ port }, 'listening');
    await app.startAllMicroservices();
    const close = async (signal?: string): Promise<void> => {
      health.stop();
      log.info({ signal }, 'stopping');
      await app.close();
      log.info({}, 'stopped');
    };
    return { app, port, url: `http://127.0.0.1:${port}`, log, close };
  } catch (error) {
    await app.close();
    throw error;
  }
}

/**
 * Runs a service as this process: prints wrong settings one sentence each and exits 1; stops gracefully on SIGTERM and SIGINT,
 * within 20 s.
 */
export async function boot<C extends BaseConfig>(service: Service<C>): Promise<void> {
  let running: Running;
  try {
    running = await start(service, process.env);
  } catch (error) {
    process.stderr.write(`${startFault(service.name, error)}\n`);
    process.exit(1);
  }
  const { log } = running;
  let stopping = false;
  const stop = (signal: string): void => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => {
      log.error({ ms: SHUTDOWN_MS }, 'did not stop in time');
      process.exit(1);
    }, SHUTDOWN_MS).unref();
    running.close(signal).then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, 'failed to stop');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  // Node would print the error's message, which may quote a customer's data.
  for (const fault of ['unhandledRejection', 'uncaughtException'] as const) {
    process.on(fault, (err: unknown) => {
      log.error({ err, kind: fault }, 'cannot go on');
      process.exit(1);
    });
  }
}

/** Nothing has been read from anybody yet, so an error's message holds no customer's data; a URL's password is hidden. */
function startFault(name: string, error: unknown): string {
  if (error instanceof ConfigError) return error.message;
  const { frames } = errorFields(error);
  const message = error instanceof Error ? `${error.name}: ${error.message}` : typeof error;
  return [`${name} could not start: ${message.replace(/:\/\/[^@\s]*@/g, '://…@')}`, ...(frames ?? [])].join('\n');
}

interface Parts {
  readonly config: BaseConfig;
  readonly log: Log;
  readonly health: Health;
  readonly own: Type | DynamicModule;
}

@Module({})
class ServiceModule {}

function rootModule(name: string, { config, log, health, own }: Parts): DynamicModule {
  return {
    module: ServiceModule,
    global: true,
    imports: [own],
    controllers: [HealthController],
    providers: [
      { provide: CONFIG, useValue: config },
      { provide: LOG, useValue: log },
      { provide: Health, useValue: health },
      { provide: Registry, useValue: openMetrics(name) },
    ],
    exports: [CONFIG, LOG, Health, Registry],
  };
}

function portOf(app: INestApplication): number {
  const address = (app.getHttpServer() as { address(): { port: number } | string | null }).address();
  if (address === null || typeof address === 'string') throw new Error('the HTTP server has no port');
  return address.port;
}

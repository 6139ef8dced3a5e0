import type { INestApplication } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { EVENT_STORE_MIGRATIONS } from '@qbo-sync/eventstore/migrations';
import { BatchTransport } from '@qbo-sync/service/batch-transport';
import type { Service } from '@qbo-sync/service/boot';
import type { Log } from '@qbo-sync/service/log';
import { LOG } from '@qbo-sync/service/tokens';
import type { Express, NextFunction, Request, Response } from 'express';
import { ConsoleConfig } from './console-config';
import { ConsoleModule } from './console.module';
import { ProblemFilter } from './http/problem.filter';
import { CONSOLE_SQL } from './migrations/0001-console';
import { CONNECTION_START_SQL } from './migrations/0002-connection-start';
import { ANSWERS_AS_GIVEN_SQL } from './migrations/0003-answers-as-given';
import { OPERATIONS_SQL } from './migrations/0004-operations';
import { VERIFY_SQL } from './migrations/0010-verify';
import { RUNS_SQL } from './migrations/0020-runs';
import { DRIFT_SQL } from './migrations/0021-drift';
import { RUNS_SENT_SQL } from './migrations/0022-runs-sent';
import { MATCH_WORK_SQL } from './migrations/0023-match-work';
import { DRIFT_TRIES_SQL } from './migrations/0024-drift-tries';
import { RUNS_WHY_SQL } from './migrations/0025-runs-why';

/** The console's process. `group` is its consumer group; specs have their own. */
export function consoleService(group = 'qbo-sync.console'): Service<ConsoleConfig> {
  return {
    name: 'console',
    config: ConsoleConfig,
    migrations: [
      ...EVENT_STORE_MIGRATIONS,
      { name: 'console/0001-console', sql: CONSOLE_SQL },
      { name: 'console/0002-connection-start', sql: CONNECTION_START_SQL },
      { name: 'console/0003-answers-as-given', sql: ANSWERS_AS_GIVEN_SQL },
      { name: 'console/0004-operations', sql: OPERATIONS_SQL },
      { name: 'console/0010-verify', sql: VERIFY_SQL },
      { name: 'console/0020-runs', sql: RUNS_SQL },
      { name: 'console/0021-drift', sql: DRIFT_SQL },
      { name: 'console/0022-runs-sent', sql: RUNS_SENT_SQL },
      { name: 'console/0023-match-work', sql: MATCH_WORK_SQL },
      { name: 'console/0024-drift-tries', sql: DRIFT_TRIES_SQL },
      { name: 'console/0025-runs-why', sql: RUNS_WHY_SQL },
    ],
    module: (config, log) => ConsoleModule.of(config, log, group),
    transports: (app) => [app.get(BatchTransport, { strict: false })],
    prepare,
  };
}

function prepare(app: INestApplication): void {
  app.useGlobalFilters(new ProblemFilter(app.get(HttpAdapterHost).httpAdapter, app.get<Log>(LOG)));
  // An ETag of ours is a version that If-Match can name; a hash of the answer is none.
  (app.getHttpAdapter().getInstance() as Express).disable('etag').disable('x-powered-by');
  app.use('/api', (_request: Request, response: Response, next: NextFunction) => {
    response.setHeader('cache-control', 'no-store');
    next();
  });
  const description = new DocumentBuilder()
    .setTitle('QBO Sync')
    .setDescription('Settings and log of the sync between Run a Call and QuickBooks Online.')
    .setVersion('1')
    .addBearerAuth()
    .build();
  SwaggerModule.setup('api', app, () => SwaggerModule.createDocument(app, description), {
    ui: false,
    jsonDocumentUrl: 'api/openapi.json',
    yamlDocumentUrl: 'api/openapi.yaml',
  });
}

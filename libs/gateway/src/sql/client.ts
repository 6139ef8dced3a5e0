import type { Client } from '@qbo-sync/eventstore/pool';

/** What a statement needs: a pool for one alone, or the client of a transaction. */
export type Sql = Pick<Client, 'query'>;

import type { Client } from '@qbo-sync/eventstore/pool';

/**
 * What a statement needs: a pool for one alone, or the client of a transaction.
 *
 * A statement with a `name` is parsed once by each connection, and planned a few times: for those every request passes
 * through, whose plan does not depend on what is given. It never says `*`: a column added later would break it.
 */
export type Sql = Pick<Client, 'query'>;

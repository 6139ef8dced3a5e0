import type { Migration } from '@qbo-sync/eventstore/migrations';
import { GATEWAY_SQL } from './migrations/0002-gateway';
import { SENDING_SQL } from './migrations/0003-sending';
import { FEED_SQL } from './migrations/0005-feed';
import { KEEPING_SQL } from './migrations/0004-keeping';
import { STANDING_SQL } from './migrations/0020-standing';
import { OPEN_EVENTS_SQL } from './migrations/0021-open-events';
import { ANSWERS_BY_DAY_SQL } from './migrations/0010-answers-by-day';
import { ANSWERS_BY_ID_SQL } from './migrations/0011-answers-by-id';
import { RECOVERY_SQL } from './migrations/0012-recovery';
import { READS_SQL } from './migrations/0030-reads';
import { REVOCATIONS_SQL } from './migrations/0031-revocations';
import { SEALED_BY_SQL } from './migrations/0032-sealed-by';
import { REFS_UNREAD_SQL } from './migrations/0033-refs-unread';
import { RECEIVED_AT_ONCE_SQL } from './migrations/0034-received-at-once';

/** The gateway's schema, forward only; run beside the event store's own list. */
export const GATEWAY_MIGRATIONS: readonly Migration[] = [
  { name: 'gateway/0002-gateway', sql: GATEWAY_SQL },
  { name: 'gateway/0003-sending', sql: SENDING_SQL },
  { name: 'gateway/0004-keeping', sql: KEEPING_SQL },
  { name: 'gateway/0005-feed', sql: FEED_SQL },
  { name: 'gateway/0010-answers-by-day', sql: ANSWERS_BY_DAY_SQL },
  { name: 'gateway/0011-answers-by-id', sql: ANSWERS_BY_ID_SQL },
  { name: 'gateway/0012-recovery', sql: RECOVERY_SQL },
  { name: 'gateway/0020-standing', sql: STANDING_SQL },
  { name: 'gateway/0021-open-events', sql: OPEN_EVENTS_SQL },
  { name: 'gateway/0030-reads', sql: READS_SQL },
  { name: 'gateway/0031-revocations', sql: REVOCATIONS_SQL },
  { name: 'gateway/0032-sealed-by', sql: SEALED_BY_SQL },
  { name: 'gateway/0033-refs-unread', sql: REFS_UNREAD_SQL },
  { name: 'gateway/0034-received-at-once', sql: RECEIVED_AT_ONCE_SQL },
];

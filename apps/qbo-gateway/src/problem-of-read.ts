import type { ReadAnswer } from '@qbo-sync/gateway/calling/reader';
import { Problem } from '@qbo-sync/service/internal/problem';

/** QuickBooks' refusals by what the caller can do about them. */
const STATUS_OF_CLASS: Readonly<Record<string, number>> = { reconnect: 409, refresh: 409, throttle: 429, gone: 404 };

export function problemOfRead(answer: Exclude<ReadAnswer, { is: 'read' }>): Problem {
  switch (answer.is) {
    case 'not_connected':
      return new Problem(409, 'not_connected', 'The company is not connected to QuickBooks.');
    case 'bad_path':
      return new Problem(400, 'field_invalid', 'path is not one of a read.');
    case 'unavailable':
      return new Problem(502, 'qbo_down', 'QuickBooks does not answer.');
    case 'refused': {
      const status = STATUS_OF_CLASS[answer.class] ?? 400;
      const code = answer.class === 'reconnect' || answer.class === 'refresh' ? 'reconnect' : 'refused';
      return new Problem(status, code, answer.detail, { class: answer.class, quickbooksCode: answer.code });
    }
  }
}

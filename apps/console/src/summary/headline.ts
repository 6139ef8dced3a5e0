import type { Coded } from '@qbo-sync/contracts/reasons';
import type { CompanyActivity } from '@qbo-sync/contracts/sync/activity';

/** What the line on top of every page is chosen from. */
export interface Standing {
  readonly condition: CompanyActivity | null;
  readonly active: boolean;
  readonly waiting: number;
  readonly sending: number;
  readonly problems: number;
  readonly lastSettledAt: string | null;
  /** Of a backlog that is going down. */
  readonly drain: { readonly done: number; readonly total: number; readonly etaSeconds: number } | null;
}

/** The first that holds (console.md §2). */
export function headlineOf(standing: Standing): Coded {
  const { condition, active, waiting, sending, problems, lastSettledAt, drain } = standing;
  const n = String(waiting);
  const said = condition?.condition;
  if (condition === null || condition.connection.state === 'none' || said === 'not_connected') {
    return headline('not_connected', {}, 'Not connected to QuickBooks.');
  }
  if (said === 'reconnect')
    return headline('reconnect', { n }, `Reconnect QuickBooks. ${n} changes wait and are safe.`);
  if (said === 'subscription') {
    return headline(
      'subscription',
      { n },
      `QuickBooks says the subscription has ended. ${n} changes wait and are safe.`,
    );
  }
  if (!active) return headline('not_active', { n }, `Sync is off. ${n} changes are kept and not sent.`);
  if (said === 'qbo_down') {
    const time = condition.since;
    return headline(
      'qbo_down',
      { n, time },
      `QuickBooks has not answered since ${time}. ${n} changes wait and are safe. We keep trying.`,
    );
  }
  if (said === 'quota') {
    return headline(
      'quota',
      { n },
      `This month's reads of QuickBooks are used up. ${n} changes wait and are safe. It goes on when the month turns.`,
    );
  }
  if (drain !== null) {
    const { done, total, etaSeconds } = drain;
    const eta = inWords(etaSeconds);
    const params = { done: String(done), total: String(total), eta };
    return headline('catching_up', params, `Catching up: ${done} of ${total} sent, about ${eta} left.`);
  }
  if (problems > 0) return headline('problems', { n: String(problems) }, `${problems} records need attention.`);
  if (waiting + sending > 0)
    return headline('working', { n: String(waiting + sending) }, `Sending ${waiting + sending}.`);
  return headline('up_to_date', lastSettledAt === null ? {} : { at: lastSettledAt }, 'Up to date.');
}

const headline = (code: string, params: Readonly<Record<string, string>>, text: string): Coded => ({
  code,
  params,
  text,
});

/** Round words: nobody needs the seconds of an hour. */
export function inWords(seconds: number): string {
  if (seconds < 90) return `${Math.max(10, Math.round(seconds / 10) * 10)} s`;
  if (seconds < 5_400) return `${Math.round(seconds / 60)} min`;
  return `${Math.round(seconds / 3_600)} h`;
}

import { type BankDeposit, DAYS_AFTER, DAYS_BEFORE } from '@qbo-sync/mapping/payout-by-hand';
import { addDays } from '@qbo-sync/money/zone';
import { valueAt } from '../sync/compare';
import { plainVerdict } from '../sync/refusals';
import { readRecord } from '../sync/record-text';
import type { Rules } from '../sync/rules';
import type { State } from '../sync/stream-state';

/** Of a payout's own stream; it names the day the money arrives, and which look it is. */
const REF = /^payout:[^/]+\/deposits\.(\d{4}-\d\d-\d\d)\.\d+$/;

/** The stream that looks for deposits which may be a payout's: `payout:po_1/deposits.2026-12-02.1`. */
export const depositListRef = (payoutId: string, arrivesOn: string, look: number): string =>
  `payout:${payoutId}/deposits.${arrivesOn}.${look}`;

export const isDepositList = (ref: string): boolean => REF.test(ref);

/** Looks once for deposits about a day: of each only what tells whether it may be the payout's. */
export const depositListRules: Rules = {
  entity: 'payout',
  nature: 'wanted',
  facts: [],

  describe: () => ({}),

  plan({ ref }) {
    const day = REF.exec(ref)?.[1] ?? '';
    const only = {
      fields: ['Id', 'TxnDate', 'TotalAmt', 'DepositToAccountRef', 'PrivateNote'],
      ...{ day: 'TxnDate', from: addDays(day, DAYS_BEFORE), to: addDays(day, DAYS_AFTER) },
    };
    const how = { path: 'deposit', update: 'whole' } as const;
    return {
      do: 'push',
      pushes: [{ ref, kind: 'list', resource: 'Deposit', how, body: '{}', only, expect: {} }],
      warnings: [],
    };
  },

  judge: (answer, expect) => plainVerdict(answer, expect),
};

/** A payout's marker (postings.md §1.6): of whichever payout, it is no deposit that somebody entered by hand. */
const OURS = /(^|\s)Run a Call po_/;

/** The deposits a look found that are not ours; undefined until all of them were said. */
export function listedDeposits({ listed }: State): readonly BankDeposit[] | undefined {
  const shown = listed.map(({ record }) => readRecord(record));
  if (!shown.some((record) => record['ListEnd'] === true)) return undefined;
  return shown.flatMap((record) => {
    const [bankId, total, date] = ['DepositToAccountRef.value', 'TotalAmt', 'TxnDate'].map((path) =>
      valueAt(record, path),
    );
    const isOurs = OURS.test(valueAt(record, 'PrivateNote') ?? '');
    return bankId === undefined || total === undefined || date === undefined || isOurs ? [] : [{ bankId, total, date }];
  });
}

import { ACCOUNT_ROLES } from '@qbo-sync/contracts/account-roles';
import { isReasonCode, REASONS, sentence, type Reason } from '@qbo-sync/contracts/reasons';
import type { RecordActivity } from '@qbo-sync/contracts/sync/activity';
import { faultTable } from '@qbo-sync/testkit/fault-table';
import type { Answered } from '@qbo-sync/contracts/sync/trigger';
import { registry } from '../registry';
import { toMessages } from './messages';
import { plainVerdict, refusal } from './refusals';
import type { Plan } from './rules';
import { answered, changed, context, given, lines, TENANT } from './spec-kit';

/** Codes that end at a person: each with its reason, its sentence and the state shown. */
const ROWS = faultTable().filter(({ stands }) => stands === 'held');
const SAID = 'what QuickBooks said';

const refused = (code: string): Answered => ({ outcome: 'refused', code, detail: SAID }) as unknown as Answered;

/** A record of each kind, as far as its sentences name it. */
const RECORDS: Readonly<Record<string, { service: keyof ReturnType<typeof registry>; data: object }>> = {
  'customer:cus_88': { service: 'customers', data: { id: 'cus_88', displayName: 'Dana Ruiz' } },
  'item:itm_1': { service: 'items', data: { id: 'itm_1', name: 'Tune-up' } },
  'invoice:inv_1041': { service: 'invoices', data: { id: 'inv_1041', number: '1041', issuedOn: '2026-11-20' } },
  'payment:pay_50': {
    service: 'payments',
    data: { id: 'pay_50', collectedOn: '2026-11-20', allocations: [{ invoiceId: 'inv_1041', amount: '1.00' }] },
  },
  'payment-method:check': { service: 'payments', data: {} },
  'account:stripe-clearing': { service: 'payments', data: {} },
};
/** Whose sentence the documentation shows, where it is not the invoice's. */
const SHOWN_FOR: Readonly<Record<string, string>> = { name_taken: 'customer:cus_88', deposited: 'payment:pay_50' };

/** What the log shows once QuickBooks has refused every form of a record by this code. */
function shownFor(ref: string, code: string): RecordActivity {
  const { service, data } = RECORDS[ref] ?? { service: 'invoices', data: {} };
  const rules = registry(ACCOUNT_ROLES)[service].rulesFor(ref);
  if (rules === undefined) throw new Error(ref);
  const how = { path: 'x', update: 'whole' } as const;
  const plan = ({ round }: { round: number }): Plan => {
    const push = { ref, kind: 'put', resource: 'X', how, body: JSON.stringify({ round }), expect: {} } as const;
    return { do: 'push', pushes: [push], warnings: [] };
  };
  const related = { invoices: { inv_1041: { number: '1041' } }, items: {} };
  let story = given({ ...rules, plan, ownDate: () => '2026-11-20' }, ref, context(related)).when(
    changed('updated', 1, data),
  );
  for (let form = 0; form < 30 && !lines(story.events).some((line) => line.startsWith('Held')); form += 1) {
    story = story.when(answered(story, { outcome: 'refused', code, detail: SAID }));
  }
  const [held] = story.events.slice(-1);
  if (held === undefined) throw new Error('nothing held');
  const [row] = toMessages({ tenant: TENANT, ref, version: 9, service }, held);
  return JSON.parse(row?.value ?? '{}') as RecordActivity;
}

const read = (reason: Reason | undefined): string => (reason === undefined ? '' : sentence(reason));

describe('what a person reads of a refusal', () => {
  it.each(ROWS)('$code $name: $reason', ({ code, reason, state, ...row }) => {
    const shown = shownFor(SHOWN_FOR[reason] ?? 'invoice:inv_1041', code);
    expect(shown).toMatchObject({ state, reason: { code: reason } });
    expect(read(shown.reason)).toBe(row.sentence.replace('{text}', SAID).replace('{code}', code));
    if (!isReasonCode(reason)) throw new Error(`${reason} is none of ours`);
    expect(REASONS[reason]).toHaveProperty('action');
  });

  it.each(Object.keys(RECORDS))('no sentence has a hole, whatever the code: %s', (ref) => {
    for (const { code, state } of ROWS) {
      const shown = shownFor(ref, code);
      expect({ code, state: shown.state }).toEqual({ code, state });
      expect(read(shown.reason)).not.toMatch(/[{}]| [,;.]|undefined/);
    }
  });

  it('what the entity does not name is shown with QuickBooks’ own words', () => {
    expect(refusal(refused('6210')).code).toBe('refused');
    expect(refusal(refused('6210'), { doc: '1041', d: '' }).code).toBe('refused');
    expect(plainVerdict(refused('6240'), {}, { name: 'Dana' })).toMatchObject({ reason: { code: 'name_taken' } });
  });

  it('a code that nobody knows is shown with QuickBooks’ own words', () => {
    expect(ROWS.length).toBeGreaterThan(70);
    expect(sentence(refusal(refused('31337')))).toBe('QuickBooks refused: "what QuickBooks said" (31337).');
  });
});

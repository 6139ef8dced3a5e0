import { US, withProfile } from './context.fixtures';
import { CREDIT_APPLICATION_BODY, CREDIT_MEMO_CASES } from './credit-memo.fixtures';
import { toCreditApplication, toCreditMemo } from './credit-memo';
import { isHold, type Mapped, type MappedRecord } from './document';
import { RAC_1041 } from './invoice.fixtures';

const record = (mapped: Mapped): MappedRecord => {
  if (isHold(mapped)) throw new Error(`held: ${mapped.hold.code}`);
  return mapped;
};
const REF = 'invoice:inv_1041';
const VOIDED = { ...RAC_1041, voidedOn: '2026-12-02' };
const CLOSED = withProfile(US, { bookCloseDate: '2026-11-30' });

describe('credit memo of an invoice voided in closed books (postings.md §6.8)', () => {
  test.each(CREDIT_MEMO_CASES.map((each) => [each.section, each.says, each] as const))(
    '§%s %s',
    (_section, _says, { invoice, ctx, options, body }) => {
      expect(record(toCreditMemo(invoice, REF, ctx, options)).body).toBe(body);
    },
  );

  test('§1.2 is known by its marker, else by its number, and compared', () => {
    const mapped = record(toCreditMemo(VOIDED, REF, CLOSED));
    expect(mapped).toMatchObject({
      resource: 'CreditMemo',
      how: { path: 'creditmemo', update: 'whole', remove: { as: 'delete' } },
      find: {
        marker: { path: 'PrivateNote', text: 'Run a Call inv_1041' },
        where: [['DocNumber', 'RAC-1041-C1']],
        agree: ['TotalAmt', 'TxnDate'],
        adopt: false,
      },
      expect: { DocNumber: 'RAC-1041-C1', TxnDate: '2026-12-02', TotalAmt: '179.70' },
    });
  });

  test('§6.8 its application, with the ids it is sent with', () => {
    const mapped = record(toCreditApplication(VOIDED, REF, CLOSED));
    const ids: Readonly<Record<string, string>> = { [REF]: '238', [`${REF}/credit-memo`]: '260' };
    const sent = mapped.body.replace(/\{"\$ref":"([^"]+)"(,"at":"[^"]+")?\}/g, (_all, ref: string, at?: string) =>
      JSON.stringify(at === undefined ? ids[ref] : '58'),
    );
    expect(sent).toBe(CREDIT_APPLICATION_BODY);
    expect(mapped).toMatchObject({ resource: 'Payment', expect: { TotalAmt: '0.00', TxnDate: '2026-12-02' } });
  });

  test('§1.5 without the day of the void both hold', () => {
    const hold = { hold: { code: 'date_missing', params: { doc: 'RAC-1041' } } };
    expect(toCreditMemo(RAC_1041, REF, US)).toEqual(hold);
    expect(toCreditApplication(RAC_1041, REF, US)).toEqual(hold);
  });
});

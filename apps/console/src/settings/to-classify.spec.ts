import type { RateMapping } from '@qbo-sync/contracts/sync/settings';
import { decide, type SettingsCommand } from './settings-decide';
import { toMessages } from './settings-document';
import type { SettingsEvent } from './settings-events';
import { evolve } from './settings-state';
import { after, at, bound, given, made, patch, read, when } from './spec-kit';

const AGENCY = 'tax-agency:to-classify';
const rate = (rateId: string, percentage: string, more: Partial<RateMapping> = {}): RateMapping => ({
  rateId,
  name: rateId,
  percentage,
  state: 'not_mapped',
  ...more,
});
const told = (...rates: RateMapping[]): SettingsEvent => ({ type: 'RatesProposed', data: { at, books: 'b1', rates } });
const company = [made, bound, read, told(rate('tx', '8.25'), rate('county', '8.250'), rate('city', '2'))];
const click: SettingsCommand = { do: 'want-to-classify', at, by: 'company', commandId: 'c1' };
const answered = (ref: string, books = 'b1'): SettingsCommand => ({ do: 'to-classify-made', at, books, ref });
const FAMILY = { id: 'to_classify', name: 'To classify' };

describe('§7 "To classify" by one click', () => {
  it('asks tax for the agency and one code per percentage, each with a run of the click', () => {
    const [event] = when(company, click) as SettingsEvent[];
    expect(event).toMatchObject({
      type: 'ToClassifyWanted',
      data: { refs: [AGENCY, 'tax-code:8.25', 'tax-code:2'] },
    });
    const messages = toMessages('acme', 5, [...company, event as SettingsEvent]);
    const commands = messages.slice(1).map(({ value }) => JSON.parse(value) as Record<string, string>);
    expect(commands.map(({ kind, ref, run }) => [kind, ref, run])).toEqual([
      ['push', AGENCY, 'c1'],
      ['push', 'tax-code:8.25', 'c1'],
      ['push', 'tax-code:2', 'c1'],
    ]);
    expect(new Set(commands.map(({ commandId }) => commandId)).size).toBe(3);
  });

  it('leaves out rates that are confirmed or retired', () => {
    const rates = told(
      rate('a', '5', { state: 'confirmed', code: { id: '5', name: 'x' } }),
      rate('b', '6', { retired: true }),
    );
    expect(when([made, bound, rates], click)).toMatchObject([{ data: { refs: [AGENCY] } }]);
  });

  it.each<[string, string[], string | undefined]>([
    ['nothing yet', [], undefined],
    ['the agency alone', [AGENCY], undefined],
    ['a code before its agency was heard of', ['tax-code:2'], undefined],
    ['the agency and a code', [AGENCY, 'tax-code:2'], 'to_classify'],
    ['in any order', ['tax-code:8.25', AGENCY], 'to_classify'],
  ])('is the default once QuickBooks has the agency and a code: %s', (_what, refs, id) => {
    const { values } = after(company, click, ...refs.map((ref) => answered(ref)));
    expect(values['tax.defaultCode']?.id).toBe(id);
  });

  it('needs no code while no rate is unmapped', () => {
    expect(after([made, bound], click, answered(AGENCY)).values['tax.defaultCode']).toEqual(FAMILY);
  });

  it('is set by whoever clicked, and in History with what was before', () => {
    const state = after(company, patch({ 'tax.defaultCode': '5' }), click, answered(AGENCY), answered('tax-code:2'));
    expect(state.changed['tax.defaultCode']).toEqual({ by: 'company', at, from: { id: '5', name: 'Standard' } });
  });

  it('never replaces what a person chose since the click, nor is made unasked', () => {
    const chosen = after(company, click, patch({ 'tax.defaultCode': '5' }), answered(AGENCY), answered('tax-code:2'));
    expect(chosen.values['tax.defaultCode']?.id).toBe('5');
    expect(after(company, answered(AGENCY), answered('tax-code:2')).values['tax.defaultCode']).toBeNull();
  });

  it('hears every answer once, and none of other books', () => {
    const state = after(company, click, answered(AGENCY));
    expect(decide(state, answered(AGENCY))).toEqual({ ok: true, events: [] });
    expect(decide(state, answered('tax-code:2', 'b0'))).toEqual({ ok: true, events: [] });
  });

  it('clicked again: asks for what QuickBooks refused, and for nothing when all is there', () => {
    const partly = after(company, click, answered(AGENCY), answered('tax-code:2'));
    expect(decide(partly, click)).toMatchObject({ events: [{ data: { refs: ['tax-code:8.25'] } }] });
    const whole = after(company, click, answered(AGENCY), answered('tax-code:2'), answered('tax-code:8.25'));
    expect(decide(whole, click)).toEqual({ ok: true, events: [] });
  });

  it('all there, but another default chosen since: one click chooses it again, without a message to tax', () => {
    const whole = after(company, click, answered(AGENCY), answered('tax-code:2'), answered('tax-code:8.25'));
    const other = decide(whole, patch({ 'tax.defaultCode': '5' }));
    if (!other.ok) throw new Error(other.code);
    const again = decide(other.events.reduce(evolve, whole), click);
    expect(again).toMatchObject({ events: [{ type: 'ToClassifyWanted', data: { refs: [] } }] });
  });

  it('may be chosen from the list once it is made, in these books', () => {
    const choose = patch({ 'tax.defaultCode': 'to_classify' });
    expect(when(company, choose)).toEqual(['/values/tax.defaultCode code_not_found']);
    const state = after(company, click, answered(AGENCY), answered('tax-code:2'), patch({ 'tax.defaultCode': null }));
    expect(decide(state, choose)).toMatchObject({ ok: true, events: [{ type: 'SettingsChanged' }] });
    expect(decide(state, patch({ 'tax.untaxedCode': 'to_classify' }))).toMatchObject({ ok: false });
    const fresh = evolve(state, { type: 'BooksBound', data: { at, books: 'b2' } });
    expect(decide(fresh, choose)).toMatchObject({ ok: false });
  });
});

describe('§7 the rate map', () => {
  const confirm = patch({ 'tax.rates': { tx: '5' } });
  const propose = (...rates: RateMapping[]): SettingsCommand => ({ do: 'rates', at, books: 'b1', rates });
  const mapOf = (...commands: SettingsCommand[]) =>
    after([made, bound, told(rate('tx', '8.25'))], ...commands).values['tax.rates'][0];

  it('remembers at which percentage a person confirmed, also while it is suspended', () => {
    expect(mapOf(confirm)).toMatchObject({ state: 'confirmed', confirmedAt: '8.25' });
    expect(mapOf(confirm, propose(rate('tx', '8.5')))).toMatchObject({
      ...{ state: 'percentage_differs', percentage: '8.5', confirmedAt: '8.25', code: { id: '5' } },
    });
    expect(mapOf(confirm, propose(rate('tx', '8.5')), propose(rate('tx', '8.25')))).toMatchObject({
      state: 'percentage_differs',
    });
    expect(mapOf(confirm, propose(rate('tx', '8.5')), confirm)).toMatchObject({
      ...{ state: 'confirmed', percentage: '8.5', confirmedAt: '8.5' },
    });
  });

  it('a code of the name that is not it (§12) gives way to the next proposal: nobody confirmed it', () => {
    const conflict = rate('tx', '8.25', {
      ...{ state: 'percentage_differs', code: { id: '7', name: 'tx' }, conflict: { is: 'hidden', percentage: '8.25' } },
    });
    const suggested = rate('tx', '8.25', { state: 'suggested', code: { id: '7', name: 'tx' } });
    expect(mapOf(propose(conflict))).toEqual(conflict);
    expect(mapOf(propose(conflict), propose(suggested))).toEqual(suggested);
  });

  it('a retired rate keeps its code, may still be mapped, and comes back', () => {
    const retired = rate('tx', '8.25', { retired: true });
    expect(mapOf(confirm, propose(retired))).toMatchObject({ state: 'confirmed', retired: true });
    expect(mapOf(propose(retired), confirm)).toMatchObject({ state: 'confirmed', retired: true });
    expect(mapOf(confirm, propose(retired), propose(rate('tx', '8.25')))).not.toHaveProperty('retired');
    const fresh = evolve(given(made, bound, told(retired)), { type: 'BooksBound', data: { at, books: 'b2' } });
    expect(fresh.values['tax.rates']).toEqual([retired]);
  });
});

import { answered, context, given, lines, only, REDECIDE, settings, wanted } from '../sync/spec-kit';
import { taxAgencyRules, taxCodeRules } from './to-classify';

const AGENCY = 'tax-agency:to-classify';
const CODE = 'tax-code:8.25';
/** Before Sync active: the click carries a run of its own. */
const off = context({}, { settings: settings({ goLiveAt: null, active: false }) });
const agency = (now = off) => given(taxAgencyRules, AGENCY, now);
const code = (now = off) => given(taxCodeRules, CODE, now);
const refused = { outcome: 'refused', code: '6000', detail: 'You can’t add a custom tax agency.' } as const;

describe('§7 the agency "To classify"', () => {
  it('is made on a person’s click, before Sync active too', () => {
    const story = agency().when(wanted('run_1'));
    expect(lines(story.events)).toEqual(['Wanted', `PushRequested put ${AGENCY}`]);
    expect(only(story.events, 'PushRequested')).toMatchObject({
      data: { resource: 'TaxAgency', run: 'run_1' },
      personal: { body: '{"DisplayName":"To classify"}', summary: { party: 'To classify' } },
    });
    expect(lines(story.when(answered(story, { record: { Id: '7' } })).events)).toEqual(['Settled']);
  });

  it('refused under automated sales tax: held with QuickBooks’ own words, asked for again on another click', () => {
    const asked = agency().when(wanted('run_1'));
    const held = asked.when(answered(asked, refused));
    expect(lines(held.events)).toEqual(['Held refused']);
    expect(only(held.events, 'Held').personal.reason.params).toEqual({ code: '6000', text: refused.detail });
    expect(held.when(REDECIDE).events).toEqual([]);
    expect(lines(held.when(wanted('run_2')).events)).toEqual(['Wanted', `PushRequested put ${AGENCY}`]);
  });

  it('of another name is none of ours', () => {
    const story = given(taxAgencyRules, 'tax-agency:mine', off).when(wanted('run_1'));
    expect(lines(story.events)).toEqual(['Wanted', 'Held unreadable']);
  });
});

describe('§7 a code of the family', () => {
  it('is made of its percentage on the agency, when an invoice first meets it', () => {
    const story = code(context({})).when(wanted());
    expect(lines(story.events)).toEqual(['Wanted', `PushRequested put ${CODE}`]);
    const { body, summary } = only(story.events, 'PushRequested').personal;
    expect(JSON.parse(body)).toMatchObject({
      TaxCode: 'To classify 8.25%',
      TaxRateDetails: [{ RateValue: '8.25', TaxAgencyId: { $ref: AGENCY } }],
    });
    expect(summary).toEqual({ party: 'To classify 8.25%' });
  });

  it('is made once: QuickBooks has it, and codes are never changed', () => {
    const asked = code().when(wanted('run_1'));
    const made = asked.when(answered(asked, { record: { TaxCode: 'To classify 8.25%', TaxCodeId: '9' } }));
    expect(lines(made.events)).toEqual(['Settled']);
    expect(lines(made.when(wanted('run_2')).events)).toEqual(['Wanted']);
  });

  it('found there under its name (an earlier click) is ours from then on', () => {
    const asked = code().when(wanted('run_1'));
    const adopted = asked.when(answered(asked, { adopted: true, record: { Id: '9', Name: 'To classify 8.25%' } }));
    expect(lines(adopted.events)).toEqual(['Settled']);
  });

  it('waits with everything else before go-live without a click', () => {
    expect(lines(code().when(wanted()).events)).toEqual(['Wanted', 'Deferred not_active']);
  });
});

import { messageKey } from '@qbo-sync/contracts/keys';
import { TOPICS } from '@qbo-sync/contracts/topics';
import type { QboRequest } from '@qbo-sync/contracts/sync/request';
import type { ProfileActivity, ProposalActivity } from '@qbo-sync/contracts/sync/activity';
import { entityProcess } from '@qbo-sync/service/entity-service/entity-process';
import { openRig, type Rig } from '@qbo-sync/service/entity-service/spec-rig';
import { testDatabase, type TestDatabase } from '@qbo-sync/testkit/database';
import { testBrokers } from '@qbo-sync/testkit/kafka';
import { until as untilWithin } from '@qbo-sync/testkit/until';
import { TAX, TaxModule } from './tax.module';

jest.setTimeout(60_000);

/** A loaded machine joins its groups slowly. */
const until = <Result>(condition: () => Result | Promise<Result>, { what }: { readonly what: string }) =>
  untilWithin(condition, { what, timeoutMs: 40_000 });

describe('the tax service', () => {
  let database: TestDatabase;
  let rig: Rig;
  beforeAll(async () => {
    database = await testDatabase({ name: 'tax-e2e', migrations: [] });
    rig = await openRig({ service: entityProcess(TAX, TaxModule), databaseUrl: database.url, brokers: testBrokers() });
    await rig.ready();
  });
  afterAll(async () => {
    await rig?.close();
    await database?.drop();
  });

  const rate = (id: string, percentage: string) =>
    rig.event(TOPICS.runacallTax, {
      id: `evt-${id}`,
      noun: 'tax-rate',
      change: 'created',
      subject: id,
      sequence: 1,
      data: { id, name: `Canary ${id}`, percentage, components: [], active: true, updatedAt: '2026-11-20T16:00:00Z' },
    });
  const listed = (resource: string, record: Readonly<Record<string, unknown>>) => {
    const ref = `profile:${resource}`;
    const change = {
      tenant: rig.tenant,
      books: 'books-1',
      ref,
      resource,
      record: JSON.stringify(record),
      changed: [],
      origin: 'list',
      at: '2026-11-20T16:00:00Z',
    };
    return { topic: TOPICS.changes.name, key: messageKey(rig.tenant, ref), value: JSON.stringify(change) };
  };
  const activity = <T>(kind: string, is: (one: T) => boolean = () => true): Promise<T> =>
    until(() => rig.activities().findLast((one) => one.kind === kind && is(one as T)), { what: kind }) as Promise<T>;
  const requestFor = (ref: string) => until(() => rig.requests().find((one) => one.ref === ref), { what: ref });

  it('reads the company in QuickBooks as soon as its books are known, and says its profile', async () => {
    await rig.send(rate('tax_tx', '8.25'));
    await rig.send(rig.settings(1, { active: false, goLiveAt: null, profile: null }));
    const resources = ['CompanyInfo', 'Preferences', 'Account', 'TaxCode', 'TaxRate'];
    const requests = await Promise.all(resources.map((resource) => requestFor(`profile:${resource}`)));
    expect(requests.map(({ kind, resource }) => `${kind} ${resource}`)).toEqual(resources.map((one) => `list ${one}`));
    await rig.send(
      listed('CompanyInfo', { Id: '1', CompanyName: 'Canary Ltd', Country: 'US' }),
      listed('Preferences', {
        Id: '1',
        TaxPrefs: { UsingSalesTax: true, PartnerTaxEnabled: true },
        SalesFormsPrefs: { CustomTxnNumbers: true, AllowDiscount: true },
      }),
      listed('Account', { Id: '4', Name: 'Undeposited Funds', AccountSubType: 'UndepositedFunds' }),
      listed('TaxRate', { Id: '7', Name: 'TX', RateValue: 8.25, Active: true }),
      listed('TaxCode', {
        Id: '5',
        Name: 'TX',
        Active: true,
        Taxable: true,
        SalesTaxRateList: { TaxRateDetail: [{ TaxRateRef: { value: '7' } }] },
      }),
    );
    for (const request of requests) await rig.send(rig.answer(request, { Id: '1' }));
    expect(await activity<ProfileActivity>('profile')).toMatchObject({ books: 'books-1', profile: { country: 'US' } });
  });

  it('offers a QuickBooks code for each of Run a Call’s rates', async () => {
    const proposal = await activity<ProposalActivity>('proposal', ({ rates }) => rates?.[0]?.code !== undefined);
    expect(proposal.rates).toEqual([
      expect.objectContaining({ rateId: 'tax_tx', percentage: '8.25', code: expect.objectContaining({ id: '5' }) }),
    ]);
  });

  it('offers anew when another rate comes', async () => {
    await rig.send(rate('tax_la', '9.75'));
    await activity<ProposalActivity>(
      'proposal',
      ({ rates }) => rates?.some(({ rateId }) => rateId === 'tax_la') === true,
    );
  });

  const code = { id: '5', name: 'TX' };
  const mappedRates = {
    'tax.rates': [{ rateId: 'tax_tx', name: 'Texas', percentage: '8.25', code, state: 'confirmed' as const }],
  };

  it('a rate waits until a person confirmed its code, then is synced without a request', async () => {
    const row = await until(() => rig.rows().findLast(({ ref, stage }) => ref === 'tax-rate:tax_tx' && stage === 1), {
      what: 'the rate’s row',
    });
    expect(row).toMatchObject({ state: 'waiting', reason: { code: 'tax_unmapped' } });
    await rig.send(rig.settings(2, { active: false, goLiveAt: null, values: mappedRates }));
    await until(() => rig.rows().some(({ ref, state }) => ref === 'tax-rate:tax_tx' && state === 'synced'), {
      what: 'synced',
    });
    expect(rig.requests().filter(({ ref }) => ref.startsWith('tax-rate:'))).toEqual([]);
  });

  it('makes the family "To classify" when it is wanted, before Sync active, and shows what QuickBooks refuses', async () => {
    const push = (ref: string) => ({
      topic: TOPICS.commands.name,
      key: messageKey(rig.tenant, ref),
      value: JSON.stringify({
        ...{ commandId: `click/${ref}`, kind: 'push', tenant: rig.tenant, by: 'company', at: '2026-11-20T16:00:00Z' },
        ...{ ref, run: 'click' },
      }),
    });
    await rig.send(push('tax-agency:to-classify'), push('tax-code:8.25'));
    const [agency, code] = await Promise.all(['tax-agency:to-classify', 'tax-code:8.25'].map(requestFor));
    expect(agency).toMatchObject({ resource: 'TaxAgency', run: 'click', body: '{"DisplayName":"To classify"}' });
    expect(code).toMatchObject({ resource: 'TaxCode', how: { path: 'taxservice/taxcode', id: 'TaxCodeId' } });
    const detail = 'Only QuickBooks may add agencies here.';
    const synced = rig.answer(agency as QboRequest, {});
    const refused = { ...(JSON.parse(String(synced.value)) as object), outcome: 'refused', code: '6000', detail };
    await rig.send({ ...synced, value: JSON.stringify(refused) });
    const held = await until(
      () => rig.rows().findLast(({ ref, state }) => ref === agency?.ref && state === 'needs attention'),
      { what: 'the refusal' },
    );
    expect(held.reason).toEqual({ code: 'refused', params: { code: '6000', text: detail } });
  });

  const profileLists = () => rig.requests().filter(({ ref }) => ref.startsWith('profile:'));
  const toldPreferences = {
    Id: '1',
    TaxPrefs: { UsingSalesTax: true, PartnerTaxEnabled: true },
    SalesFormsPrefs: { CustomTxnNumbers: false, AllowDiscount: true, AutoApplyCredit: true },
    AccountingInfoPrefs: { BookCloseDate: '2026-10-31' },
    CurrencyPrefs: { MultiCurrencyEnabled: true, HomeCurrency: { value: 'USD' } },
  };

  it('says the profile anew when QuickBooks tells of other preferences, without asking for them', async () => {
    const asked = profileLists().length;
    const told = listed('Preferences', toldPreferences);
    const { ref: _ref, ...unlinked } = JSON.parse(String(told.value)) as { ref: string };
    const value = JSON.stringify({ ...unlinked, origin: 'qbo' });
    await rig.send({ ...told, key: messageKey(rig.tenant, 'Preferences'), value });
    const closed = await activity<ProfileActivity>('profile', ({ profile }) => profile.bookCloseDate !== null);
    expect(closed.profile).toMatchObject({
      ...{ bookCloseDate: '2026-10-31', customTxnNumbers: false, autoApplyCredit: true, multiCurrency: true },
    });
    expect(profileLists()).toHaveLength(asked);
  });

  it('reads the company anew a day later', async () => {
    const asked = profileLists().length;
    await until(
      async () => {
        const { rowCount } = await database.pool.query(
          `update stream set revisit_at = revisit_at - interval '1 day'
            where tenant = $1 and ref = 'profile:company' and revisit_at is not null`,
          [rig.tenant],
        );
        return rowCount === 1;
      },
      { what: 'the next reading to be set' },
    );
    await rig.send(rig.settings(3, { active: false, goLiveAt: null, values: mappedRates }));
    const news = () =>
      profileLists()
        .slice(asked)
        .map(({ resource }) => resource);
    await until(() => news().length === 5, { what: 'the lists asked for once more' });
    expect(news().sort()).toEqual(['Account', 'CompanyInfo', 'Preferences', 'TaxCode', 'TaxRate']);
  });

  it('logs no names at debug', () => {
    expect(rig.lines.some((line) => line.includes('"msg":"took"'))).toBe(true);
    expect(rig.lines.join('')).not.toMatch(/Canary/);
  });
});

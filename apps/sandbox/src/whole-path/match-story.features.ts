import { until } from '@qbo-sync/testkit/until';
import { MatchCompany, type MatchRig } from './match-company.features';

const COMPANY = { name: 'Ybor Air', timeZone: 'America/New_York', currency: 'USD', country: 'US' };

/** Match at first connect (console.md §5, postings.md §12), on the running stack: books with customers and names of vendors. */
export function matchStory(rig: MatchRig): void {
  const company = new MatchCompany(rig, 'match-us', 'us-manual');
  const statesOf = async (): Promise<Readonly<Record<string, string>>> =>
    Object.fromEntries((await company.log()).map(({ recordId, state, reason }) => [recordId, reason?.code ?? state]));

  describe('Match', () => {
    beforeAll(() => company.connect(COMPANY), 90_000);

    it('reads the books before go-live, proposes what is beyond doubt, and asks about the rest', async () => {
      const body = { DisplayName: 'Exa Match', PrimaryEmailAddr: { Address: 'exa@example.com' } };
      await company.admin('POST', '/write', { entity: 'Customer', body });
      await rig.publish([
        company.created('cus_exact', 'Exa Match', { email: 'EXA@example.com' }),
        company.created('cus_likely', 'YBOR Lofts HOA'),
        company.created('cus_vendor', 'Graybar'),
        company.created('cus_new', 'New To The Books'),
      ]);
      await until(async () => Object.values(await statesOf()).filter((code) => code === 'not_active').length === 4, {
        ...{ what: 'four customers that wait', timeoutMs: 60_000 },
      });
      await company.ask('POST', '/read', { kind: 'customers' });
      const read = await company.isThere('read', 'the books to be read');
      expect(read).toMatchObject({ appliedAt: null, counts: { exact: 1, likely: 1, conflict: 0, new: 2, toApply: 3 } });
      expect((await company.ask('GET', '?kind=customers&group=likely')).items).toMatchObject([
        { id: 'cus_likely', why: 'name', candidates: [{ record: { name: 'Ybor Lofts HOA' } }] },
      ]);
    }, 150_000);

    it('keeps decisions, and applying them writes nothing to QuickBooks', async () => {
      const before = await company.customersWritten();
      const filter = { kind: 'customers', filter: { group: 'likely' } };
      const left = await company.ask('POST', '/decide', { ...filter, choice: 'leave' });
      expect(await company.ask('POST', '/undo', { kind: 'customers', undoToken: left.undoToken })).toEqual({
        changed: 1,
      });
      expect(await company.ask('POST', '/decide', { ...filter, choice: 'link' })).toMatchObject({ changed: 1 });
      await company.ask('POST', '/apply', { kind: 'customers' });
      await until(
        async () => {
          const { cus_exact: exact, cus_likely: likely } = await statesOf();
          return exact === 'synced' && likely === 'synced';
        },
        { what: 'two linked customers', timeoutMs: 60_000 },
      );
      expect(await statesOf()).toMatchObject({ cus_vendor: 'not_active', cus_new: 'not_active' });
      expect(await company.customersWritten()).toBe(before);
      expect((await company.ask('GET', '/state?kind=customers')).appliedAt).not.toBeNull();
    }, 120_000);
  });
}

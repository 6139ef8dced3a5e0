import { until } from '@qbo-sync/testkit/until';
import { MatchCompany, type MatchRig } from './match-company.features';

const COMPANY = { name: 'Ybor Air', timeZone: 'America/New_York', currency: 'USD', country: 'US' };

/** Match at first connect (console.md §5, postings.md §12), on the running stack: books with customers and names of vendors. */
export function matchStory(rig: MatchRig): void {
  const company = new MatchCompany(rig, 'match-us', 'us-manual');
  let renamed = '';
  const statesOf = async (): Promise<Readonly<Record<string, string>>> =>
    Object.fromEntries((await company.log()).map(({ recordId, state, reason }) => [recordId, reason?.code ?? state]));

  describe('Match', () => {
    beforeAll(() => company.connect(COMPANY), 90_000);

    it('reads the books before go-live, proposes what is beyond doubt, and asks about the rest', async () => {
      const body = { DisplayName: 'Exa Match', PrimaryEmailAddr: { Address: 'exa@example.com' } };
      await company.write(body);
      renamed = await company.write({ DisplayName: 'Called Before' });
      await rig.publish([
        company.created('cus_exact', 'Exa Match', { email: 'EXA@example.com' }),
        company.created('cus_likely', 'YBOR Lofts HOA'),
        company.created('cus_renamed', 'Called before'),
        company.created('cus_vendor', 'Graybar'),
        company.created('cus_new', 'New To The Books'),
      ]);
      await until(async () => Object.values(await statesOf()).filter((code) => code === 'not_active').length === 5, {
        ...{ what: 'five customers that wait', timeoutMs: 60_000 },
      });
      await company.ask('POST', '/read', { kind: 'customers' });
      const read = await company.isThere('read', 'the books to be read');
      expect(read).toMatchObject({ appliedAt: null, counts: { exact: 1, likely: 2, conflict: 0, new: 2, toApply: 3 } });
      expect((await company.ask('GET', '?kind=customers&group=likely')).items).toMatchObject([
        { id: 'cus_likely', why: 'name', candidates: [{ record: { name: 'Ybor Lofts HOA' } }] },
        { id: 'cus_renamed', why: 'name' },
      ]);
    }, 150_000);

    it('keeps decisions, and applying them writes nothing to QuickBooks', async () => {
      const filter = { kind: 'customers', filter: { group: 'likely' } };
      const left = await company.ask('POST', '/decide', { ...filter, choice: 'leave' });
      expect(await company.ask('POST', '/undo', { kind: 'customers', undoToken: left.undoToken })).toEqual({
        changed: 2,
      });
      expect(await company.ask('POST', '/decide', { ...filter, choice: 'link' })).toMatchObject({ changed: 2 });
      await company.write({ Id: renamed, sparse: true, DisplayName: 'Called Another' });
      const before = await company.customersWritten();
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
      expect(await company.isThere('read', 'Apply to end')).toMatchObject({ counts: { toApply: 0, changed: 1 } });
      expect((await company.ask('GET', '/state?kind=customers')).appliedAt).not.toBeNull();
      expect((await company.ask('GET', '?kind=customers&group=conflict')).items).toMatchObject([
        {
          ...{ id: 'cus_renamed', why: 'renamed', choice: null, applied: false },
          reason: {
            code: 'match_renamed',
            text: 'Called before was not linked to Called Another in QuickBooks: one of them was renamed meanwhile. Say in Match which it is.',
            action: 'Open Match',
          },
        },
      ]);
    }, 120_000);
  });
}

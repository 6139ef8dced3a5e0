import type { OutgoingMessage } from '@qbo-sync/kafka/message';
import type { StackFile } from '@qbo-sync/testkit/local-stack';
import { aCustomer, runACallEvent } from '@qbo-sync/testkit/run-a-call';
import { until } from '@qbo-sync/testkit/until';
import { ConsoleApi } from '../day/console-api';

/** A company of its own; its books hold customers and the names of vendors. */
const TENANT = 'match-us';
const BOOKS = 'us-manual';
const COMPANY = { name: 'Ybor Air', timeZone: 'America/New_York', currency: 'USD', country: 'US' };

interface MatchRig {
  file(): StackFile;
  publish(messages: readonly OutgoingMessage[]): Promise<void>;
}

interface Said {
  readonly state: string;
  readonly appliedAt: string | null;
  readonly counts: object;
  readonly items: readonly { readonly id: string; readonly why: string; readonly candidates: readonly object[] }[];
  readonly changed: number;
  readonly undoToken: string;
}

/** Match at first connect (console.md §5, postings.md §12), on the running stack. */
export function matchStory({ file, publish }: MatchRig): void {
  let token: string;
  const call = async <Answer>(method: string, path: string, body?: object, bearer = token): Promise<Answer> => {
    const response = await fetch(`${file().services['console']?.url}/api/v1/companies/${TENANT}${path}`, {
      method,
      headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as Answer;
  };
  const ask = (method: string, path: string, body?: object): Promise<Said> =>
    call<Said>(method, `/matches${path}`, body);
  const admin = async (path: string, body?: object): Promise<{ writes: object[] }> => {
    const headers = { 'content-type': 'application/json' };
    const init = body === undefined ? {} : { method: 'POST', headers, body: JSON.stringify(body) };
    const response = await fetch(`${file().sandbox.adminUrl}${path}`, init);
    return (await response.json()) as { writes: object[] };
  };
  const customers = async (): Promise<number> =>
    (await admin(`/journal?company=${BOOKS}&entity=Customer`)).writes.length;
  const statesOf = async (): Promise<Readonly<Record<string, string>>> => {
    const rows = await new ConsoleApi(file().services['console']?.url ?? '', token).log(TENANT);
    return Object.fromEntries(rows.map(({ recordId, state, reason }) => [recordId, reason?.code ?? state]));
  };
  const created = (id: string, name: string, more: object = {}): OutgoingMessage =>
    runACallEvent({ tenant: TENANT, kind: 'customer.created', data: { ...aCustomer(id, name), ...more } });

  describe('Match', () => {
    beforeAll(async () => {
      ({ token } = await call<{ token: string }>('PUT', '', COMPANY, file().operatorToken));
      await admin('/next-company', { company: BOOKS });
      const { authorizeUrl } = await call<{ authorizeUrl: string }>('POST', '/connection/start', {});
      await (await fetch(authorizeUrl)).arrayBuffer();
      await until(async () => (await ask('GET', '/state?kind=customers')).state === 'none', {
        ...{ what: 'books that the customers service knows', timeoutMs: 60_000 },
      });
    }, 90_000);

    it('reads the books before go-live, proposes what is beyond doubt, and asks about the rest', async () => {
      const body = { DisplayName: 'Exa Match', PrimaryEmailAddr: { Address: 'exa@example.com' } };
      await admin('/write', { company: BOOKS, entity: 'Customer', body });
      await publish([
        created('cus_exact', 'Exa Match', { email: 'EXA@example.com' }),
        created('cus_likely', 'YBOR Lofts HOA'),
        created('cus_vendor', 'Graybar'),
        created('cus_new', 'New To The Books'),
      ]);
      await until(async () => Object.values(await statesOf()).filter((code) => code === 'not_active').length === 4, {
        ...{ what: 'four customers that wait', timeoutMs: 60_000 },
      });
      await ask('POST', '/read', { kind: 'customers' });
      const read = await until(
        async () => {
          const said = await ask('GET', '/state?kind=customers');
          return said.state === 'read' ? said : undefined;
        },
        { what: 'the books to be read', timeoutMs: 60_000 },
      );
      expect(read).toMatchObject({ appliedAt: null, counts: { exact: 1, likely: 1, conflict: 0, new: 2, toApply: 3 } });
      expect((await ask('GET', '?kind=customers&group=likely')).items).toMatchObject([
        { id: 'cus_likely', why: 'name', candidates: [{ record: { name: 'Ybor Lofts HOA' } }] },
      ]);
    }, 150_000);

    it('keeps decisions, and applying them writes nothing to QuickBooks', async () => {
      const before = await customers();
      const filter = { kind: 'customers', filter: { group: 'likely' } };
      const left = await ask('POST', '/decide', { ...filter, choice: 'leave' });
      expect(await ask('POST', '/undo', { kind: 'customers', undoToken: left.undoToken })).toEqual({ changed: 1 });
      expect(await ask('POST', '/decide', { ...filter, choice: 'link' })).toMatchObject({ changed: 1 });
      await ask('POST', '/apply', { kind: 'customers' });
      await until(
        async () => {
          const { cus_exact: exact, cus_likely: likely } = await statesOf();
          return exact === 'synced' && likely === 'synced';
        },
        { what: 'two linked customers', timeoutMs: 60_000 },
      );
      expect(await statesOf()).toMatchObject({ cus_vendor: 'not_active', cus_new: 'not_active' });
      expect(await customers()).toBe(before);
      expect((await ask('GET', '/state?kind=customers')).appliedAt).not.toBeNull();
    }, 120_000);
  });
}

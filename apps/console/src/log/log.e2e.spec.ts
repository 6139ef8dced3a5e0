import { TOPICS } from '@qbo-sync/contracts/topics';
import type { RecordActivity } from '@qbo-sync/contracts/sync/activity';
import { testDatabase, type TestDatabase } from '@qbo-sync/testkit/database';
import { testBrokers } from '@qbo-sync/testkit/kafka';
import { until as untilWithin } from '@qbo-sync/testkit/until';
import { OPERATOR, at, openRig, type Rig } from '../console-rig';
import { SENTENCES } from './sentences.fixtures';

jest.setTimeout(60_000);

/** A loaded machine joins its groups slowly. */
const until = <Result>(condition: () => Result | Promise<Result>, { what = 'a condition' } = {}) =>
  untilWithin(condition, { what, timeoutMs: 40_000 });

describe('the log', () => {
  let database: TestDatabase;
  let rig: Rig;
  const record = (part: Partial<RecordActivity>): RecordActivity => ({
    kind: 'record',
    tenant: rig.tenant,
    ref: 'invoice:inv_1',
    revision: 2,
    attempt: 0,
    stage: 1,
    at: at(6),
    state: 'waiting',
    ...part,
  });

  const event = (id: string, second: number) => ({
    id,
    type: 'com.runacall.invoice.sent.v1',
    occurredAt: at(second),
    receivedAt: at(second),
    topic: 'runacall.invoices.v1',
    partition: 0,
    offset: String(second),
  });

  beforeAll(async () => {
    database = await testDatabase({ name: 'console', migrations: [] });
    rig = await openRig({ databaseUrl: database.url, brokers: testBrokers() });
  });

  afterAll(async () => {
    await rig.close();
    await database.drop();
  });

  it('shows each event once, in its greatest state, whatever arrives first', async () => {
    const first = event('ev-1', 5);
    const second = event('ev-2', 8);
    const named = { entity: 'invoice', number: 'RAC-1', party: 'Maria Lopez', amount: '179.70', currency: 'GBP' };
    await rig.say(
      record({ revision: 2, stage: 3, attempt: 1, at: at(7), state: 'sending' }),
      record({ revision: 2, events: [first], ...named }),
      record({
        revision: 4,
        attempt: 1,
        stage: 5,
        at: at(12),
        state: 'synced',
        events: [second],
        quickbooks: { type: 'Invoice', id: '238' },
        ...named,
      }),
      record({ revision: 4, events: [second], at: at(9), ...named }),
      record({
        tenant: null,
        ref: 'runacall.invoices.v1/0/9',
        revision: 0,
        state: 'needs attention',
        reason: { code: 'not_json' },
        events: [],
        parked: { topic: 'runacall.invoices.v1', partition: 0, offset: '9' },
      }),
    );
    const rows = await until(async () => {
      const { items } = (await rig.call('GET', `${rig.path}/log`)).body;
      return items.length === 2 && items.every((row) => row.state !== 'waiting') ? items : undefined;
    });
    const replaced = rows.find((row) => row.eventId === 'ev-1');
    const synced = rows.find((row) => row.eventId === 'ev-2');
    expect(replaced).toMatchObject({ state: 'skipped', reason: { code: 'replaced' } });
    expect(synced).toMatchObject({
      entity: 'invoice',
      recordId: 'inv_1',
      change: 'sent',
      state: 'synced',
      amount: { amount: '179.70', currency: 'GBP' },
      tookSeconds: 4,
      quickbooks: { type: 'Invoice', id: '238' },
    });
    expect((await rig.call('GET', `${rig.path}/log?q=%23238`)).body.items).toHaveLength(1);
    expect((await rig.call('GET', `${rig.path}/log?state=skipped&entity=invoice`)).body.items).toHaveLength(1);
    expect((await rig.call('GET', `${rig.path}/log/counts`)).body.byState).toEqual({ skipped: 1, synced: 1 });

    expect((await rig.call('GET', `${rig.path}/summary`)).body).toMatchObject({
      headline: { code: 'not_connected' },
      waiting: 0,
      problems: 0,
    });

    const page = (await rig.call('GET', `${rig.path}/log?limit=1`)).body;
    expect(page.total).toBe(2);
    const rest = (await rig.call('GET', `${rig.path}/log?limit=1&cursor=${page.next}`)).body;
    expect([...page.items, ...rest.items].map(({ id }) => id).toSorted()).toEqual(
      [replaced?.id, synced?.id].toSorted(),
    );
    expect(rest.next).toBeNull();

    const story = (await rig.call('GET', `${rig.path}/log/${synced?.id}`)).body;
    expect(story.steps.map((step) => step.step)).toEqual(['decision', 'answer']);
    const exchanged = { tenant: rig.tenant, ref: 'invoice:inv_1', revision: 4, books: 'books-1' };
    const sent = { DocNumber: 'RAC-1', TotalAmt: 179.7 };
    await rig.exchange(TOPICS.requests.name, {
      ...exchanged,
      lane: 'live',
      occurredAt: at(8),
      kind: 'put',
      resource: 'Invoice',
      how: { path: 'invoice', update: 'whole' },
      body: JSON.stringify(sent).replace('179.7', '179.70'),
    });
    await rig.exchange(TOPICS.answers.name, {
      ...exchanged,
      attempt: 1,
      outcome: 'synced',
      quickbooksId: '238',
      record: JSON.stringify({ Id: '238', ...sent }),
      intuitTid: 'tid-1',
      at: at(12),
    });
    const told = await until(
      async () => {
        const { diff, technical } = (await rig.call('GET', `${rig.path}/log/${synced?.id}`)).body;
        return technical.intuitTid === 'tid-1' && diff.length > 0 ? diff : undefined;
      },
      { what: 'the exchange' },
    );
    expect(told).toContainEqual({ field: 'TotalAmt', before: null, sent: '179.70', kept: '179.7' });
    const raw = (await rig.call('GET', `${rig.path}/log/${synced?.id}/raw`)).body;
    expect(raw.request).toContain('179.70');
    expect(story.related).toEqual([replaced?.id]);
    expect(
      (await rig.call('GET', `/api/v1/companies/${rig.other}/log/${synced?.id}`, undefined, { bearer: OPERATOR }))
        .status,
    ).toBe(404);

    const parked = (
      await rig.call('GET', '/api/v1/operations/log?q=runacall.invoices.v1/0/9', undefined, { bearer: OPERATOR })
    ).body;
    expect(parked.items[0]).toMatchObject({ company: null, entity: 'invoice', reason: { code: 'not_json' } });
  });

  it('lets a person answer a held record, once, as long as it stands', async () => {
    await rig.say(
      record({
        ref: 'invoice:inv_held',
        revision: 7,
        state: 'needs attention',
        reason: { code: 'closed_period', params: { doc: 'RAC-9', d: '2026-10-01', c: '2026-10-31' } },
        events: [event('ev-held', 15)],
        entity: 'invoice',
        change: 'sent',
      }),
    );
    const held = await until(
      async () => (await rig.call('GET', `${rig.path}/log?q=ev-held`)).body.items.find((row) => row.choices.length > 0),
      { what: 'the held row' },
    );
    expect(held).toMatchObject({
      revision: 7,
      choices: [
        { code: 'date', needs: ['day'] },
        { code: 'retry', needs: [] },
        { code: 'leave', needs: [] },
      ],
    });
    const resolve = (body: object, headers: Record<string, string> = {}) =>
      rig.call('POST', `${rig.path}/log/${held?.id}/resolve`, body, { headers });

    const moved = await resolve({ choice: 'retry', revision: 6 });
    expect([moved.status, moved.body.code]).toEqual([409, 'row_moved']);
    const unfit = await resolve({ choice: 'date tomorrow' });
    expect([unfit.status, unfit.body.errors[0]?.pointer]).toEqual([422, '/choice']);
    expect((await resolve({ choice: 7 })).status).toBe(400);

    const key = { 'idempotency-key': 'resolve-once' };
    const taken = await resolve({ choice: 'date 2026-11-02', revision: 7 }, key);
    expect(taken.status).toBe(202);
    expect((await resolve({ choice: 'date 2026-11-02', revision: 7 }, key)).body).toEqual(taken.body);
    const command = await until(() => rig.commands.find(({ kind }) => kind === 'resolve'), { what: 'the command' });
    expect(command).toMatchObject({ ref: 'invoice:inv_held', revision: 7, choice: 'date 2026-11-02', by: 'company' });

    await rig.say(
      record({
        ref: 'invoice:inv_held',
        ...{ revision: 9, stage: 5, attempt: 1, at: at(30), state: 'synced', events: [event('ev-held', 15)] },
      }),
    );
    await until(async () => (await rig.call('GET', `${rig.path}/log?q=ev-held`)).body.items[0]?.choices.length === 0, {
      what: 'nothing to choose any more',
    });
    expect((await resolve({ choice: 'retry' })).body.code).toBe('nothing_to_choose');
    expect(rig.commands.filter(({ kind }) => kind === 'resolve')).toHaveLength(1);
  });

  it('takes a choice for each field that both sides changed, and for no other', async () => {
    const params = {
      ...{
        name: 'Dana Ruiz',
        fields: 'DisplayName, Mobile',
        'ours.DisplayName': 'Dana R.',
        'theirs.DisplayName': 'Dana',
      },
      ...{ 'ours.Mobile': '555-0101', 'theirs.Mobile': '555-0102' },
    };
    await rig.say(
      record({
        ...{ ref: 'customer:cus_clash', entity: 'customer', revision: 4, stage: 5, attempt: 1, at: at(40) },
        ...{ state: 'needs attention', events: [event('ev-clash', 16)], reason: { code: 'both_changed', params } },
      }),
    );
    const row = await until(async () => (await rig.call('GET', `${rig.path}/log?q=ev-clash`)).body.items[0], {
      what: 'the row',
    });
    expect(row).toMatchObject({ choices: [{ code: 'fields' }, { code: 'leave' }], reason: { params } });
    const resolve = (choice: string) => rig.call('POST', `${rig.path}/log/${row.id}/resolve`, { choice });
    for (const wrong of [
      'DisplayName=ours',
      'DisplayName=ours,Mobile=theirs,Notes=ours',
      'Mobile=ours,Mobile=theirs',
    ]) {
      const refused = await resolve(`fields ${wrong}`);
      expect([refused.status, refused.body.code, refused.body.errors[0]?.pointer]).toEqual([
        ...[422, 'fields_differ', '/choice'],
      ]);
    }
    expect((await resolve('retry')).body.code).toBe('choice_not_offered');
    const choice = 'fields DisplayName=ours,Mobile=theirs';
    expect((await resolve(choice)).status).toBe(202);
    await until(() => rig.commands.find((command) => command.choice === choice), { what: 'the command' });
  });

  it('postings.md §11: says each sentence with its code and the next action, in the list and in the story', async () => {
    await rig.say(
      ...SENTENCES.map(({ code, params }, n) =>
        record({
          ref: `invoice:says_${code}`,
          ...{ state: 'needs attention', reason: { code, params }, events: [event(`says-${code}`, n)] },
        }),
      ),
    );
    const said = async () =>
      (await rig.call('GET', `${rig.path}/log?limit=100`)).body.items.filter(({ eventId }) =>
        eventId.startsWith('says-'),
      );
    const rows = await until(async () => ((await said()).length === SENTENCES.length ? said() : undefined), {
      what: 'a row for each sentence',
    });
    for (const { code, params, text, action } of SENTENCES) {
      const row = rows.find(({ eventId }) => eventId === `says-${code}`);
      expect(row).toMatchObject({ state: 'needs attention', reason: { code, params, text, action } });
      const story = (await rig.call('GET', `${rig.path}/log/${row?.id}`)).body;
      expect(story).toMatchObject({ row: { reason: { code, text, action } } });
    }
  });

  it('sets a message aside that can never be taken, and goes on after it', async () => {
    const odd = event('ev-odd', 20);
    const events = [{ ...odd, occurredAt: 'no time' }];
    await rig.say(
      record({ ref: 'invoice:inv_2', events }),
      record({ ref: 'invoice:inv_2', events: [event('ev-3', 21)] }),
    );
    await until(async () => (await rig.call('GET', `${rig.path}/log?q=ev-3`)).body.items.length === 1, {
      what: 'the next event',
    });
    const { rows } = await database.pool.query('select topic, reason from parked where key = $1', [
      `${rig.tenant}:invoice:inv_2`,
    ]);
    expect(rows).toEqual([{ topic: TOPICS.activity.name, reason: 'failed_here' }]);
  });

  it('counts the payouts a person has to look at, each once', async () => {
    const payout = (ref: string, id: string, state: RecordActivity['state'], more: Partial<RecordActivity> = {}) =>
      record({ ref: `payout:${ref}`, entity: 'payout', events: [event(id, 30)], state, ...more });
    const unequal = { reason: { code: 'payout_unequal' } } as const;
    await rig.say(
      payout('po_1', 'ev-po-1', 'needs attention', unequal),
      payout('po_2', 'ev-po-2', 'synced', { stage: 5, attempt: 1 }),
      payout('po_3', 'ev-po-3', 'waiting', { reason: { code: 'parts', params: { payout: 'po_3' } } }),
      payout('po_4', 'ev-po-4', 'needs attention', unequal),
      payout('po_4/2', 'ev-po-5', 'needs attention', unequal),
    );
    const summary = async () =>
      (await rig.call('GET', `${rig.path}/summary`)).body as unknown as { payoutsOpen: number };
    await until(async () => (await summary()).payoutsOpen === 2, { what: 'two payouts' });
    await rig.say(payout('po_1', 'ev-po-1', 'synced', { revision: 3, stage: 5, attempt: 1 }));
    await until(async () => (await summary()).payoutsOpen === 1, { what: 'one payout' });
  });
});

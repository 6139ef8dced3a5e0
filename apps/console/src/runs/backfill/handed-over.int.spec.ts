import { splitKey } from '@qbo-sync/contracts/keys';
import { testDatabase, type TestDatabase } from '@qbo-sync/testkit/database';
import { consoleService } from '../../console-service';
import { RunsRig } from './runs-rig';

const REF = 'invoice:i_1';

describe('a console that ended between noting a record as handed over and sending its command', () => {
  let database: TestDatabase;
  let rig: RunsRig;
  let ends = true;
  const sent: string[] = [];
  const later = (minutes: number): Promise<unknown> =>
    rig.dataSource.query(
      `update run_record set handed_at = handed_at - make_interval(mins => $1), sent_at = sent_at - make_interval(mins => $1)`,
      [minutes],
    );
  const standing = async (): Promise<object> => {
    const { open, ended } = await rig.counts('run_1');
    return { open, ended, result: (await rig.run('run_1')).result?.byState };
  };

  beforeAll(async () => {
    database = await testDatabase({ name: 'handed over', migrations: consoleService().migrations ?? [] });
    rig = await RunsRig.open({
      databaseUrl: database.url,
      tenant: 'acme',
      send: (messages) => {
        if (ends) return Promise.reject(new Error('ended'));
        sent.push(...messages.map(({ key }) => splitKey(key ?? '')?.ref ?? ''));
        return Promise.resolve();
      },
    });
    await rig.say([REF], 'skipped');
    await rig.begin('run_1', [{ ref: REF, date: '2024-01-05' }]);
    await expect(rig.step()).rejects.toThrow('ended');
  });
  afterAll(async () => {
    await rig?.dataSource.destroy();
    await database?.drop();
  });

  it('has it under way, cancelled or not', async () => {
    await rig.move('run_1', 'running', 'cancelled');
    expect(await standing()).toEqual({ open: 1, ended: 0, result: undefined });
  });

  it('sends it when there is one again, much later, and waits for it from then on', async () => {
    await later(60);
    ends = false;
    await rig.step();
    await rig.step();
    expect(sent).toEqual([REF]);
    expect(await standing()).toEqual({ open: 1, ended: 0, result: undefined });
  });

  it('gives it up when its service has not taken it in for a quarter of an hour', async () => {
    await later(16);
    await rig.step();
    await rig.step();
    expect(await standing()).toEqual({ open: 0, ended: 1, result: { 'not taken in': 1 } });
  });
});

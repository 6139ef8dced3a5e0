import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PartSpec } from './part';
import { isRunning, readRecords, recordOf } from './process-record';
import { endLeftovers, Supervisor } from './supervisor';

const dir = mkdtempSync(path.join(tmpdir(), 'qbo-sync-supervisor-'));
const pidFile = path.join(dir, 'pids.json');
const running: Supervisor[] = [];
afterEach(async () => {
  for (const supervisor of running.splice(0)) await supervisor.stop();
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** A part that writes its environment's MARK to its log and then runs this script. */
const part = (name: string, script: string): PartSpec => ({
  name,
  command: process.execPath,
  args: ['-e', `console.log('mark', process.env.MARK); ${script}`],
  cwd: dir,
  env: { ...process.env, MARK: name },
  log: path.join(dir, `${name}.log`),
  isReady: async () => readFileSync(path.join(dir, `${name}.log`), 'utf8').includes('mark'),
  readyWithinMs: 10_000,
});

function supervised(isHeldDown?: (name: string) => boolean): {
  supervisor: Supervisor;
  said: string[];
  gaveUp: string[];
} {
  const said: string[] = [];
  const gaveUp: string[] = [];
  const supervisor = new Supervisor({
    pidFile,
    say: (text) => void said.push(text),
    giveUp: (why) => void gaveUp.push(why),
    changed: () => undefined,
    ...(isHeldDown === undefined ? {} : { isHeldDown }),
  });
  running.push(supervisor);
  return { supervisor, said, gaveUp };
}

async function until(condition: () => boolean): Promise<void> {
  for (const end = Date.now() + 15_000; !condition(); await sleep(20)) {
    if (Date.now() > end) throw new Error('waited in vain');
  }
}

describe('the supervisor', () => {
  it('names a part that dies with its last lines and starts it again with the same environment', async () => {
    const { supervisor, said } = supervised();
    await supervisor.start([part('steady', 'setInterval(() => {}, 1000)')]);
    const first = supervisor.pidOf('steady')!;
    process.kill(first, 'SIGKILL');
    await until(() => said.some((text) => text.includes('is up again')));
    expect(said[0]).toContain('steady died (SIGKILL)');
    expect(said[0]).toContain('mark steady');
    const second = supervisor.pidOf('steady')!;
    expect(second).not.toBe(first);
    const marks = (): number => readFileSync(path.join(dir, 'steady.log'), 'utf8').match(/mark steady/g)?.length ?? 0;
    await until(() => marks() === 2);
    await supervisor.stop();
    expect(isRunning(recordOf('steady', second))).toBe(false);
  }, 30_000);

  it('leaves a part that is held down as it is until it is let go', async () => {
    let held = true;
    const { supervisor, said } = supervised((name) => name === 'down' && held);
    await supervisor.start(['down', 'other'].map((name) => part(name, 'setInterval(() => {}, 1000)')));
    const first = supervisor.pidOf('down')!;
    process.kill(first, 'SIGKILL');
    process.kill(supervisor.pidOf('other')!, 'SIGKILL');
    await until(() => said.some((text) => text.includes('other is up again')));
    expect(supervisor.pidOf('down')).toBe(first);
    held = false;
    await until(() => said.some((text) => text.includes('down is up again')));
    expect(supervisor.pidOf('down')).not.toBe(first);
    await supervisor.stop();
  }, 30_000);

  it('stops everything once a part has died more than five times in a minute', async () => {
    const { supervisor, gaveUp } = supervised();
    await supervisor.start([part('flapping', 'setTimeout(() => process.exit(7), 50)')]);
    await until(() => gaveUp.length > 0);
    expect(gaveUp).toEqual(['flapping died 6 times in a minute']);
    await supervisor.stop();
  }, 30_000);

  it('says the last lines of a part that does not come up', async () => {
    const { supervisor } = supervised();
    const spec = { ...part('broken', "console.log('no database'); process.exit(1)"), isReady: async () => false };
    await expect(supervisor.start([spec])).rejects.toThrow(/broken did not come up[\s\S]*no database/);
    await supervisor.stop();
  }, 30_000);

  it('ends what a killed starter left behind, and no other process of that pid', async () => {
    const { supervisor } = supervised();
    await supervisor.start([part('left', 'setInterval(() => {}, 1000)')]);
    const [record] = readRecords(pidFile);
    const pid = supervisor.pidOf('left')!;
    expect(record).toMatchObject({ name: 'left', pid });
    const ending = endLeftovers(pidFile);
    await supervisor.stop();
    expect(await ending).toBe(1);
    await until(() => !isRunning(record!));
    expect(isRunning({ ...recordOf('self', process.pid), startedAt: '1' })).toBe(false);
    expect(isRunning(recordOf('self', process.pid))).toBe(true);
  }, 30_000);
});

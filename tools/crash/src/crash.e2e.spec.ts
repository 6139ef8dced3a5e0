import { commit } from '@qbo-sync/testkit/chosen';
import { casesOf, nameOf, shareOf } from './case';
import { passed, playAll, POINTS, type Played } from './play';

/**
 * One case of every second point, both chosen by the commit, with real processes; `npm run test:crash` plays them all. The built
 * processes are what is ended.
 */
const AT_ONCE = 4;
const LIMIT_MS = 900_000;

jest.setTimeout(LIMIT_MS);

const cases = shareOf(casesOf(POINTS), commit());

describe('a process that ends itself', () => {
  const played: Played[] = [];
  const logs: string[] = [];
  beforeAll(async () => {
    played.push(
      ...(await playAll(
        cases,
        AT_ONCE,
        () => undefined,
        (text) => logs.push(text),
      )),
    );
    if (logs.length > 0) process.stderr.write(logs.join('\n').slice(-20_000));
  });

  it.each(cases.map((one) => [nameOf(one), one] as const))(
    '%s: it was there, and nothing is lost or twice',
    (_, one) => {
      const result = played.find(({ of }) => of === one);
      expect(result?.violations).toEqual([]);
      expect(result?.fired).toBe(true);
      expect(result !== undefined && passed(result)).toBe(true);
    },
  );
});

import { Rounds } from './rounds';

const LONG = 3_600_000;

/** Rounds that rest for an hour; `ended` comes with the end of the n-th. */
function counted(fails: (round: number) => boolean = () => false) {
  let count = 0;
  const errors: string[] = [];
  const waiting = new Map<number, () => void>();
  const rounds = new Rounds({
    everyMs: LONG,
    round: () => {
      const round = (count += 1);
      setImmediate(() => waiting.get(round)?.());
      return fails(round) ? Promise.reject(new Error(`round ${round}`)) : Promise.resolve();
    },
    onError: (error) => errors.push(String(error)),
  });
  const ended = (round: number): Promise<void> => new Promise((resolve) => waiting.set(round, resolve));
  return { rounds, ended, count: () => count, errors };
}

describe('rounds', () => {
  it('begin at once; a wake ends the rest, and a stop too', async () => {
    const { rounds, ended, count } = counted();
    const [first, second] = [ended(1), ended(2)];
    rounds.start();
    await first;
    expect(count()).toBe(1);
    rounds.wake();
    await second;
    await rounds.stop();
    expect(count()).toBe(2);
  });

  it('a wake during a round is not lost', async () => {
    const { rounds, ended, count } = counted();
    const second = ended(2);
    rounds.start();
    rounds.wake();
    await second;
    await rounds.stop();
    expect(count()).toBe(2);
  });

  it('a round that fails is told of, and the next one comes', async () => {
    const { rounds, ended, count, errors } = counted((round) => round === 1);
    const [first, second] = [ended(1), ended(2)];
    rounds.start();
    await first;
    expect(errors).toEqual(['Error: round 1']);
    rounds.wake();
    await second;
    await rounds.stop();
    expect(count()).toBe(2);
  });
});

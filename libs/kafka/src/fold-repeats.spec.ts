import { foldRepeats } from './fold-repeats';

describe('folding what is repeated', () => {
  let nowMs = 0;
  const said: string[] = [];
  const say = foldRepeats(
    ({ message }: { message: string }) => void said.push(message),
    () => nowMs,
  );
  beforeEach(() => {
    said.length = 0;
    nowMs += 60_000;
  });

  it('says a message at once, and how often it came once ten seconds are over', () => {
    say({ message: 'no broker' });
    for (let times = 0; times < 50; times += 1) say({ message: 'no broker' });
    say({ message: 'another' });
    expect(said).toEqual(['no broker', 'another']);
    nowMs += 10_000;
    say({ message: 'no broker' });
    say({ message: 'another' });
    expect(said.slice(2)).toEqual(['no broker (50 more since it was said last)', 'another']);
  });

  it('remembers no more than a few hundred', () => {
    say({ message: 'first' });
    for (let other = 0; other < 300; other += 1) say({ message: `other ${other}` });
    say({ message: 'first' });
    expect(said.filter((message) => message === 'first')).toHaveLength(2);
  });
});

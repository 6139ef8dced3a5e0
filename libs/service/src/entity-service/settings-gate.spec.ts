import { settingsAreRead } from './settings-gate';

const ends = [
  { partition: 0, offset: 0n },
  { partition: 1, offset: 5n },
];
const row = (partition: number, next: bigint, topic = 'settings') => ({ topic, partition, next });

describe('the settings gate', () => {
  it('opens when every partition was read to its end as noted at the start', () => {
    expect(settingsAreRead('settings', ends, [row(1, 5n)])).toBe(true);
    expect(settingsAreRead('settings', ends, [row(1, 9n)])).toBe(true);
    expect(settingsAreRead('settings', [{ partition: 0, offset: 0n }], [])).toBe(true);
  });

  it('stays shut before that', () => {
    expect(settingsAreRead('settings', ends, [])).toBe(false);
    expect(settingsAreRead('settings', ends, [row(1, 4n)])).toBe(false);
    expect(settingsAreRead('settings', ends, [row(0, 9n), row(1, 9n, 'another')])).toBe(false);
  });
});

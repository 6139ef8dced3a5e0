import { EVENT_FAMILIES } from './runacall/event-types';
import { TOPICS } from './topics';

const FOURTEEN_DAYS_MS = 14 * 24 * 60 * 60 * 1000;

describe('topics', () => {
  it('have six partitions and keep at least 14 days', () => {
    for (const topic of Object.values(TOPICS)) {
      expect(topic.partitions).toBe(6);
      expect(topic.retentionMs === -1 || topic.retentionMs >= FOURTEEN_DAYS_MS).toBe(true);
    }
  });

  it('compact the settings and nothing else', () => {
    expect(Object.values(TOPICS).filter((topic) => topic.cleanupPolicy === 'compact')).toEqual([TOPICS.settings]);
  });

  it('have an event family for each topic Run a Call writes', () => {
    const written = Object.values(TOPICS).filter((topic) => topic.foreign && topic !== TOPICS.runacallCommands);
    expect(Object.keys(EVENT_FAMILIES).sort()).toEqual(written.map((topic) => topic.name).sort());
  });
});

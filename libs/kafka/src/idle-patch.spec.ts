import type * as IdlePatch from './idle-patch';

type Queue = { prototype: { scheduleCheckPendingRequests?: unknown } };

describe('the patch of kafkajs for idle clients', () => {
  const load = (): { patch: typeof IdlePatch; queue: Queue } => {
    jest.resetModules();
    return { patch: jest.requireActual('./idle-patch'), queue: jest.requireActual('kafkajs/src/network/requestQueue') };
  };

  it('fails when the method it replaces is gone', () => {
    const { patch, queue } = load();
    delete queue.prototype.scheduleCheckPendingRequests;
    expect(() => patch.patchIdlePolling()).toThrow('another version');
  });

  it('schedules for what is queued or throttled, and for nothing else, however often it is applied', () => {
    const { patch, queue } = load();
    const original = jest.fn();
    queue.prototype.scheduleCheckPendingRequests = original;
    patch.patchIdlePolling();
    patch.patchIdlePolling();
    const schedule = queue.prototype.scheduleCheckPendingRequests as unknown as (this: object) => void;
    schedule.call({ pending: [], throttledUntil: -1 });
    schedule.call({ pending: [], throttledUntil: Date.now() - 1 });
    expect(original).not.toHaveBeenCalled();
    schedule.call({ pending: [{}], throttledUntil: -1 });
    schedule.call({ pending: [], throttledUntil: Date.now() + 60_000 });
    expect(original).toHaveBeenCalledTimes(2);
  });
});

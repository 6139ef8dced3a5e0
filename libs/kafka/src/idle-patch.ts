import RequestQueue from 'kafkajs/src/network/requestQueue';

/**
 * kafkajs 2.2.4 arms a timer after every response even when nothing is queued and nothing is throttled; with a throttle in
 * the past its delay is negative, so that an idle client wakes every millisecond: 3.0 % of a core per process, 0.7 % with
 * this (ecosystem.md §1.3). `scheduleCheckPendingRequests` then does nothing there is nothing to do for.
 */
export function patchIdlePolling(): void {
  const queue = RequestQueue.prototype;
  const schedule = queue.scheduleCheckPendingRequests;
  if (typeof schedule !== 'function') throw new Error('kafkajs has no scheduleCheckPendingRequests: another version?');
  if (patched.has(queue)) return;
  patched.add(queue);
  queue.scheduleCheckPendingRequests = function scheduleWhenNeeded() {
    if (this.pending.length === 0 && this.throttledUntil <= Date.now()) return;
    schedule.call(this);
  };
}

const patched = new WeakSet<object>();

declare module 'kafkajs/src/network/requestQueue' {
  interface RequestQueueParts {
    readonly pending: readonly unknown[];
    /** Milliseconds since the epoch; -1 when never throttled. */
    readonly throttledUntil: number;
    scheduleCheckPendingRequests(): void;
  }
  const RequestQueue: { readonly prototype: RequestQueueParts };
  export = RequestQueue;
}

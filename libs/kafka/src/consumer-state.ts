export type ConsumerState = 'starting' | 'running' | 'silent' | 'rebuilding' | 'stopped';

/** Fetches come every second and heartbeats every two: three of them are missing. */
const SILENT_AFTER_MS = 6_000;

/** How a consumer stands. A broker that hangs is seen here before the consumer is built anew. */
export function stateOf(now: {
  readonly over: boolean;
  /** It is in the group. */
  readonly joined: boolean;
  readonly rebuilds: number;
  readonly silentForMs: number;
}): ConsumerState {
  if (now.over) return 'stopped';
  if (now.joined) return now.silentForMs > SILENT_AFTER_MS ? 'silent' : 'running';
  return now.rebuilds > 0 ? 'rebuilding' : 'starting';
}

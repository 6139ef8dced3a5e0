import type { LocalStack } from './local-stack';

/** One line of a service's log, as far as an outage is read from it. */
export interface LogLine {
  readonly service: string;
  readonly level: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly msg: string;
  readonly code?: string;
  readonly reason?: string;
}

/** What services logged since an instant (milliseconds since the epoch). */
export function linesSince(stack: LocalStack, services: readonly string[], since: number): LogLine[] {
  return services.flatMap((service) =>
    stack
      .logOf(service)
      .split('\n')
      .flatMap((text) => read(service, text) ?? [])
      .filter(({ at }) => at >= since),
  );
}

function read(service: string, text: string): LogLine | undefined {
  if (!text.startsWith('{') || !text.endsWith('}')) return undefined;
  const { level, time, msg, error, errorCode, reason } = JSON.parse(text) as Record<string, string | undefined>;
  const code = errorCode ?? error;
  return {
    service,
    level: level ?? '',
    at: Date.parse(time ?? ''),
    msg: msg ?? '',
    ...(code === undefined ? {} : { code }),
    ...(reason === undefined ? {} : { reason }),
  };
}

/** The most lines any one service wrote within one second, and which that was. */
export function busiestSecond(lines: readonly LogLine[]): { readonly service: string; readonly lines: number } {
  const seconds = new Map<string, number>();
  for (const { service, at } of lines) {
    const second = `${service} ${Math.floor(at / 1000)}`;
    seconds.set(second, (seconds.get(second) ?? 0) + 1);
  }
  const [second = '', count = 0] = [...seconds].sort(([, one], [, other]) => other - one)[0] ?? [];
  return { service: second.split(' ')[0] ?? '', lines: count };
}

import pino from 'pino';
import { Alike } from './alike';
import type { LogLevel } from './config';

/**
 * One JSON line per entry: `level service time msg` and the fields of the allow-list, nothing else. An allow-list and not a
 * list of things to hide, because a name or an amount can stand under any key. Messages are fixed texts.
 */
const LOG_FIELDS: ReadonlySet<string> = new Set([
  // who and what, by id
  'tenant',
  'ref',
  'entity',
  'revision',
  'attempt',
  'stage',
  'books',
  'eventId',
  'eventType',
  'commandId',
  'requestId',
  'intuitTid',
  'traceId',
  'waitsOn',
  'run',
  'recovery',
  'streamVersion',
  'settingsVersion',
  'hash',
  // where
  'topic',
  'topics',
  'partition',
  'offset',
  'group',
  'shard',
  'epoch',
  'port',
  'route',
  'method',
  'step',
  'resource',
  'kind',
  // how it went
  'state',
  'outcome',
  'code',
  'reason',
  'status',
  'error',
  'errorCode',
  'frames',
  'count',
  'leftOut',
  'ms',
  'retryInMs',
  'lag',
  'from',
  'to',
  'signal',
  'version',
  'context',
  'ready',
  'check',
  'setting',
]);

export type LogFields = Readonly<Record<string, unknown>>;

/** Structurally a subset of pino's logger: fields first, then a fixed text. */
export interface Log {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
  child(fields: LogFields): Log;
}

const MAX_TEXT = 200;
const MAX_ITEMS = 50;

/**
 * The fields that may be logged. An error under `err` becomes its class, its code and its frames: its message may quote a
 * row or a body. Keys not on the list are named in `dropped`, so that a missing one is noticed.
 */
function loggable(fields: LogFields): Record<string, unknown> {
  const kept: Record<string, unknown> = {};
  const dropped: string[] = [];
  for (const [key, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    if (key === 'err') Object.assign(kept, errorFields(value));
    else if (LOG_FIELDS.has(key)) kept[key] = plain(value);
    else dropped.push(key);
  }
  return dropped.length === 0 ? kept : { ...kept, dropped };
}

/** What may be said of an error: class, code, frames. Never its message. */
export function errorFields(error: unknown): { error: string; errorCode?: string; frames?: string[] } {
  if (!(error instanceof Error)) return { error: typeof error };
  const code: unknown = (error as { code?: unknown }).code;
  const frames = (error.stack ?? '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.startsWith('at '));
  return {
    error: error.name,
    ...(typeof code === 'string' || typeof code === 'number' ? { errorCode: String(code) } : {}),
    frames: frames.slice(0, 8),
  };
}

function plain(value: unknown): unknown {
  if (typeof value === 'string') return value.slice(0, MAX_TEXT);
  if (typeof value === 'bigint') return value.toString();
  if (Array.isArray(value))
    return value.slice(0, MAX_ITEMS).map((item) => (typeof item === 'object' ? '…' : plain(item)));
  return typeof value === 'object' && value !== null ? '…' : value;
}

/** Takes whole lines. */
export interface LogOutput {
  write(line: string): void;
}

/** Warnings and errors of one text in one second; the next line of it says how many were left out. */
const MOST_ALIKE = 20;

/** Opens the process's log on stdout, or on the output handed in. */
export function openLog(service: string, level: LogLevel, out?: LogOutput): Log {
  const options: pino.LoggerOptions = {
    level,
    base: { service },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  };
  return over(out === undefined ? pino(options) : pino(options, out), new Alike(MOST_ALIKE, Date.now));
}

function over(logger: pino.Logger, alike: Alike): Log {
  const at =
    (level: 'debug' | 'info') =>
    (fields: LogFields, message: string): void => {
      if (logger.isLevelEnabled(level)) logger[level](loggable(fields), message);
    };
  const bounded =
    (level: 'warn' | 'error') =>
    (fields: LogFields, message: string): void => {
      const leftOut = logger.isLevelEnabled(level) ? alike.admit(message) : undefined;
      if (leftOut !== undefined) logger[level](loggable(leftOut === 0 ? fields : { ...fields, leftOut }), message);
    };
  return {
    debug: at('debug'),
    info: at('info'),
    warn: bounded('warn'),
    error: bounded('error'),
    child: (fields) => over(logger.child(loggable(fields)), alike),
  };
}

/** The trace id of a W3C traceparent, for `traceId`. */
export function traceIdOf(traceparent: string | undefined): string | undefined {
  return traceparent === undefined ? undefined : /^[0-9a-f]{2}-([0-9a-f]{32})-/.exec(traceparent)?.[1];
}

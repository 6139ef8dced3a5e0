import type { Connection, Submittable } from 'pg';
import { BinaryRows, type RowWriter } from './binary-rows';
import type { Sql } from './client';

/** What of the driver's connection carries a `COPY`; its types leave it out. */
type Carrier = Connection & { sendCopyFromChunk(chunk: Buffer): void; endCopyFrom(): void };

/** Bytes of one message: the driver writes each into a buffer of its own. */
const CHUNK = 65_536;

/** Rows for one table. */
export interface Copying {
  /** `copy table (columns) from stdin (format binary)` */
  readonly text: string;
  readonly write: (to: RowWriter) => void;
}

/**
 * One `COPY`, as the driver sends it. Rows go right behind the statement, in one write: the server takes them once it has read
 * it, and lets them pass when it refused it.
 */
export class Copy implements Submittable {
  readonly text: string;
  readonly write: (to: RowWriter) => void;
  /** Called once; the driver puts its own around it, which knows how long that may take. */
  callback: (error: Error | null) => void = () => undefined;
  #bytes: Buffer | Error | undefined;

  constructor({ text, write }: Copying) {
    this.text = text;
    this.write = write;
  }

  /** Its rows in the binary form, or why they have none. */
  bytes(): Buffer | Error {
    this.#bytes ??= bytesOf(this.write);
    return this.#bytes;
  }

  /** The driver calls {@link handleError} with an error that is answered. */
  submit(connection: Connection): Error | undefined {
    const bytes = this.bytes();
    if (bytes instanceof Error) return bytes;
    const carrier = connection as Carrier;
    carrier.stream.cork();
    carrier.query(this.text);
    for (let at = 0; at < bytes.length; at += CHUNK) carrier.sendCopyFromChunk(bytes.subarray(at, at + CHUNK));
    carrier.endCopyFrom();
    carrier.stream.uncork();
    return undefined;
  }

  handleError(error: Error): void {
    this.#end(error);
  }

  handleReadyForQuery(): void {
    this.#end(null);
  }

  /** The server takes rows: they are on their way. */
  handleCopyInResponse(): void {}

  handleCommandComplete(): void {}

  #end(error: Error | null): void {
    const told = this.callback;
    this.callback = () => undefined;
    told(error);
  }
}

/**
 * Stores rows, table by table and in the order in which they are written, without what an `insert` costs to parse and plan for
 * each of its values; while the server stores those of one table, the next one's are written. Of each all or none; rejects with
 * what Postgres refuses, as `query` does, and goes no further.
 */
export async function copyIn(sql: Sql, ...copyings: readonly Copying[]): Promise<void> {
  const copies = copyings.map((copying) => new Copy(copying));
  for (const [place, copy] of copies.entries()) {
    const stored = new Promise<void>((resolve, reject) => {
      copy.callback = (error) => (error === null ? resolve() : reject(error));
      sql.query(copy);
    });
    copies[place + 1]?.bytes();
    await stored;
  }
}

function bytesOf(write: (to: RowWriter) => void): Buffer | Error {
  try {
    const rows = new BinaryRows();
    write(rows);
    return rows.end();
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

import type { Connection, Submittable } from 'pg';
import { BinaryRows, type RowWriter } from './binary-rows';
import type { Sql } from './client';

/** What of the driver's connection carries a `COPY`; its types leave it out. */
type Carrier = Connection & { sendCopyFromChunk(chunk: Buffer): void; endCopyFrom(): void };

/** Bytes of one message: the driver writes each into a buffer of its own. */
const CHUNK = 65_536;

/**
 * `copy … from stdin (format binary)`. Rows go right behind the statement, in one write: the server takes them once it has
 * read it, and lets them pass when it refused it.
 */
export class Copy implements Submittable {
  readonly #bytes: Buffer;

  constructor(
    readonly text: string,
    readonly write: (to: RowWriter) => void,
    /** Called once; the driver puts its own in place, which knows how long that may take. */
    public callback: (error: Error | null) => void,
  ) {
    const rows = new BinaryRows();
    write(rows);
    this.#bytes = rows.end();
  }

  submit(connection: Connection): void {
    const carrier = connection as Carrier;
    carrier.stream.cork();
    carrier.query(this.text);
    for (let at = 0; at < this.#bytes.length; at += CHUNK) {
      carrier.sendCopyFromChunk(this.#bytes.subarray(at, at + CHUNK));
    }
    carrier.endCopyFrom();
    carrier.stream.uncork();
  }

  handleError(error: Error): void {
    const told = this.callback;
    this.callback = () => undefined;
    told(error);
  }

  handleReadyForQuery(): void {
    const told = this.callback;
    this.callback = () => undefined;
    told(null);
  }

  /** It takes rows: they are on their way. */
  handleCopyInResponse(): void {}

  handleCommandComplete(): void {}
}

/**
 * Stores rows by `copy table (columns) from stdin (format binary)`, in the order in which they are written: what is parsed and
 * planned for each value of an `insert` is not. All of them or none; rejects with what Postgres refuses, as `query` does.
 */
export function copyIn(sql: Sql, text: string, write: (to: RowWriter) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    sql.query(new Copy(text, write, (error) => (error === null ? resolve() : reject(error))));
  });
}

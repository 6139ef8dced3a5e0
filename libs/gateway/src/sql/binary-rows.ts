/** Takes the values of rows, column by column: whoever stores them says how they are held. */
export interface RowWriter {
  /** A row begins, of so many columns. */
  row(columns: number): void;
  text(value: string | null): void;
  texts(values: readonly string[]): void;
  smallint(value: number): void;
  /** A whole number within what a double holds exactly. */
  bigint(value: number): void;
  boolean(value: boolean): void;
}

/** "PGCOPY\n\377\r\n\0", then flags and the length of an extension, both 0. */
const HEADER = Buffer.from('5047434f50590aff0d0a000000000000000000', 'hex');
const END = -1;
const NULL = -1;
const OID_OF_TEXT = 25;
const STARTED_WITH = 1_024;
/** Most bytes of UTF-8 for one unit of a JavaScript string. */
const BYTES_PER_UNIT = 3;
const UINT32 = 2 ** 32;

/**
 * Rows in Postgres' binary form of `COPY`:
 *
 *   header │ row │ row │ … │ -1 (2 bytes)           row = number of columns (2) │ column │ column │ …
 *                                                column = length in bytes (4; -1: null) │ value
 *
 *   text       UTF-8
 *   text[]     dimensions (4) │ 0 (4) │ 25, text (4) │ elements (4) │ 1, the first's number (4) │ each as a column
 *   smallint   2 bytes, bigint 8, boolean 1; every number with its highest byte first
 */
export class BinaryRows implements RowWriter {
  #buffer = Buffer.allocUnsafe(STARTED_WITH);
  #at = HEADER.copy(this.#buffer);

  row(columns: number): void {
    this.#ensure(2);
    this.#at = this.#buffer.writeInt16BE(columns, this.#at);
  }

  text(value: string | null): void {
    if (value === null) return this.#int32(NULL);
    this.#ensure(4 + value.length * BYTES_PER_UNIT);
    const length = this.#buffer.write(value, this.#at + 4);
    this.#buffer.writeInt32BE(length, this.#at);
    this.#at += 4 + length;
  }

  texts(values: readonly string[]): void {
    const lengthAt = this.#at;
    this.#int32(0);
    this.#int32(values.length === 0 ? 0 : 1);
    this.#int32(0);
    this.#int32(OID_OF_TEXT);
    if (values.length > 0) {
      this.#int32(values.length);
      this.#int32(1);
      for (const value of values) this.text(value);
    }
    this.#buffer.writeInt32BE(this.#at - lengthAt - 4, lengthAt);
  }

  smallint(value: number): void {
    this.#int32(2);
    this.#ensure(2);
    this.#at = this.#buffer.writeInt16BE(value, this.#at);
  }

  bigint(value: number): void {
    if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is not held exactly`);
    this.#int32(8);
    this.#int32(Math.floor(value / UINT32));
    this.#int32(value | 0);
  }

  boolean(value: boolean): void {
    this.#int32(1);
    this.#ensure(1);
    this.#at = this.#buffer.writeUInt8(value ? 1 : 0, this.#at);
  }

  /** All rows written; nothing comes after. */
  end(): Buffer {
    this.row(END);
    return this.#buffer.subarray(0, this.#at);
  }

  #int32(value: number): void {
    this.#ensure(4);
    this.#at = this.#buffer.writeInt32BE(value, this.#at);
  }

  #ensure(bytes: number): void {
    if (this.#buffer.length - this.#at >= bytes) return;
    const larger = Buffer.allocUnsafe(2 * this.#buffer.length + bytes);
    this.#buffer.copy(larger, 0, 0, this.#at);
    this.#buffer = larger;
  }
}

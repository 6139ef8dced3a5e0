import type { RowWriter } from '@qbo-sync/gateway/sql/binary-rows';
import type { Row } from './values';

interface Written {
  readonly type: string;
  readonly value: unknown;
}

/** The rows of a `COPY` as they were written, each value with the type it was written in: Postgres refuses any other. */
export class CopiedRows implements RowWriter {
  readonly #rows: { readonly columns: number; readonly values: Written[] }[] = [];

  row(columns: number): void {
    this.#rows.push({ columns, values: [] });
  }

  text(value: string | null): void {
    this.#write('text', value);
  }

  texts(value: readonly string[]): void {
    this.#write('text[]', value);
  }

  smallint(value: number): void {
    this.#write('smallint', value);
  }

  bigint(value: number): void {
    if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is not held exactly`);
    this.#write('bigint', value);
  }

  boolean(value: boolean): void {
    this.#write('boolean', value);
  }

  /** Rows of columns of these types; 22P04 for another number of columns, 22P03 for a value of another type. */
  of(types: readonly string[]): Row[] {
    return this.#rows.map(({ columns, values }) => {
      if (columns !== types.length || values.length !== columns) throw refused('22P04', 'a row of other columns');
      const wrong = values.find(({ type, value }, at) => value !== null && type !== types[at]);
      if (wrong !== undefined) throw refused('22P03', `a ${wrong.type} in a column of another type`);
      return Object.fromEntries(values.map(({ value }, at) => [`column${at + 1}`, value]));
    });
  }

  #write(type: string, value: unknown): void {
    const row = this.#rows.at(-1);
    if (row === undefined) throw new Error('a value before its row');
    row.values.push({ type, value });
  }
}

function refused(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}

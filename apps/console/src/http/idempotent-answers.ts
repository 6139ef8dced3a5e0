import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

export type Taken =
  | { readonly outcome: 'first' }
  | { readonly outcome: 'answered'; readonly status: number; readonly etag: string | null; readonly answer: unknown }
  | { readonly outcome: 'other' }
  | { readonly outcome: 'in_use' };

/** A request that began this long ago and has no answer died with its process. */
const ABANDONED = '60 seconds';

/** Which keys came with which request, and what was answered. */
@Injectable()
export class IdempotentAnswers {
  constructor(@Inject(DataSource) private readonly dataSource: DataSource) {}

  /** Takes a key for a request, given as its hash; `first` when the request is to be carried out. */
  async take(caller: string, key: string, request: Buffer): Promise<Taken> {
    const taken: unknown[] = await this.dataSource.query(
      `insert into idempotent_answer as i (caller, key, request) values ($1, $2, $3)
       on conflict (caller, key) do update set request = excluded.request, taken_at = clock_timestamp()
        where i.status is null and i.taken_at < clock_timestamp() - $4::interval
       returning key`,
      [caller, key, request, ABANDONED],
    );
    if (taken.length > 0) return { outcome: 'first' };
    const rows: { request: Buffer; status: number | null; etag: string | null; answer: unknown }[] =
      await this.dataSource.query(
        `select request, status, etag, answer from idempotent_answer where caller = $1 and key = $2`,
        [caller, key],
      );
    const known = rows[0];
    if (known === undefined) return { outcome: 'in_use' };
    if (!known.request.equals(request)) return { outcome: 'other' };
    return known.status === null
      ? { outcome: 'in_use' }
      : { outcome: 'answered', status: known.status, etag: known.etag, answer: known.answer };
  }

  /** `answer` is given again with its keys in this order. */
  async keep(
    caller: string,
    key: string,
    { status, etag, answer }: { status: number; etag: string | undefined; answer: unknown },
  ): Promise<void> {
    await this.dataSource.query(
      `update idempotent_answer set status = $3, etag = $4, answer = $5::json where caller = $1 and key = $2`,
      [caller, key, status, etag ?? null, JSON.stringify(answer ?? null)],
    );
  }

  async forget(caller: string, key: string): Promise<void> {
    await this.dataSource.query(`delete from idempotent_answer where caller = $1 and key = $2`, [caller, key]);
  }
}

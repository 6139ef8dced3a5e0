import { Inject, Injectable } from '@nestjs/common';
import { DataSource, In, IsNull } from 'typeorm';
import { VerificationEntity, type VerifyResult } from './verification.entity';

/** What one look adds to a try. */
export interface Look {
  readonly pushed: readonly string[];
  readonly result: VerifyResult;
  readonly settingsVersion: number;
  readonly passed: boolean;
}

export interface Override {
  readonly by: string;
  readonly at: Date;
  readonly reason: string;
}

/** Tries to verify an invoice, and the owner's word instead. */
@Injectable()
export class VerificationStore {
  constructor(@Inject(DataSource) private readonly dataSource: DataSource) {}

  /** The newest try in these books. */
  newest(tenant: string, books: string): Promise<VerificationEntity | null> {
    return this.tries.findOne({ where: { tenant, books }, order: { position: 'DESC' } });
  }

  /** Tries that have not passed and were not replaced; of all companies without `tenants`. */
  open(tenants?: readonly string[]): Promise<VerificationEntity[]> {
    const of = tenants === undefined ? {} : { tenant: In([...tenants]) };
    return this.tries.find({ where: { ...of, passedAt: IsNull(), replacedAt: IsNull() } });
  }

  byId(id: string): Promise<VerificationEntity | null> {
    return this.tries.findOneBy({ id });
  }

  /** A new try takes the place of the company's open ones. */
  async begin(
    begun: Pick<
      VerificationEntity,
      'id' | 'tenant' | 'books' | 'invoiceId' | 'askedBy' | 'askedAt' | 'settingsVersion' | 'result'
    >,
  ): Promise<void> {
    await this.dataSource.transaction(async (manager) => {
      await manager.update(
        VerificationEntity,
        { tenant: begun.tenant, passedAt: IsNull(), replacedAt: IsNull() },
        { replacedAt: begun.askedAt },
      );
      await manager.insert(VerificationEntity, { ...begun, pushed: [], round: 0 });
    });
  }

  /** Stores what a look came to; false: somebody else has looked meanwhile. */
  async look({ id, round }: Pick<VerificationEntity, 'id' | 'round'>, look: Look): Promise<boolean> {
    const rows: [unknown, number] = await this.dataSource.query(
      `update verification
          set round = round + 1, pushed = $3, result = $4, settings_version = $5, looked_at = clock_timestamp(),
              passed_at = case when $6 then coalesce(passed_at, clock_timestamp()) else passed_at end
        where id = $1 and round = $2`,
      [id, round, JSON.stringify(look.pushed), JSON.stringify(look.result), look.settingsVersion, look.passed],
    );
    return rows[1] === 1;
  }

  async overrideOf(tenant: string, books: string): Promise<Override | null> {
    const rows: Override[] = await this.dataSource.query(
      `select by, at, reason from verify_override where tenant = $1 and books = $2`,
      [tenant, books],
    );
    return rows[0] ?? null;
  }

  /** The first word stands: it is what was relied on. */
  async override(tenant: string, books: string, { by, at, reason }: Override): Promise<void> {
    await this.dataSource.query(
      `insert into verify_override (tenant, books, by, at, reason) values ($1, $2, $3, $4, $5) on conflict do nothing`,
      [tenant, books, by, at, reason],
    );
  }

  private get tries() {
    return this.dataSource.getRepository(VerificationEntity);
  }
}

import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { Log } from '@qbo-sync/service/log';
import { LOG } from '@qbo-sync/service/tokens';
import { VerificationStore } from './verification-store';
import { Verifier } from './verifier';

/** After the last activity of a company: what belongs together comes together. */
const SETTLE_MS = 300;
/** When QuickBooks or a service could not be asked. */
const AGAIN_MS = 15_000;

/**
 * Looks at open tries again whenever something is said of their company's records, so that the fourth check completes by itself;
 * at the start once, and after trouble from time to time. One company is looked at by one look at a time.
 */
@Injectable()
export class VerifyWatch implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly heard = new Set<string>();
  private timer: NodeJS.Timeout | undefined;
  private again: NodeJS.Timeout | undefined;
  private looking: Promise<void> | undefined;
  private stopped = false;

  constructor(
    @Inject(VerificationStore) private readonly store: VerificationStore,
    @Inject(Verifier) private readonly verifier: Verifier,
    @Inject(LOG) private readonly log: Log,
  ) {}

  onApplicationBootstrap(): void {
    this.start(() => this.lookAtAll());
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    clearTimeout(this.again);
    await this.looking;
  }

  /** Something was said of records of these companies, and is stored. */
  wake(tenants: Iterable<string>): void {
    for (const tenant of tenants) this.heard.add(tenant);
    if (this.heard.size === 0 || this.stopped) return;
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.start(() => this.lookAtHeard());
    }, SETTLE_MS);
  }

  private start(look: () => Promise<void>): void {
    if (this.stopped) return;
    const before = this.looking ?? Promise.resolve();
    this.looking = before.then(look).catch((err: unknown) => {
      this.log.warn({ err }, 'could not look at what is verified; trying again');
      this.tryAgain();
    });
  }

  private async lookAtHeard(): Promise<void> {
    const tenants = [...this.heard];
    this.heard.clear();
    if (tenants.length > 0) await this.lookAt(await this.store.open(tenants));
  }

  private async lookAtAll(): Promise<void> {
    await this.lookAt(await this.store.open());
  }

  private async lookAt(tries: readonly { readonly id: string }[]): Promise<void> {
    for (const { id } of tries) {
      if (this.stopped) return;
      const looked = await this.verifier.look(id);
      if (looked?.result.trouble !== undefined) this.tryAgain();
    }
  }

  private tryAgain(): void {
    if (this.stopped) return;
    this.again ??= setTimeout(() => {
      this.again = undefined;
      this.start(() => this.lookAtAll());
    }, AGAIN_MS);
  }
}

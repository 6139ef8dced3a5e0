import { createHmac } from 'node:crypto';
import type { QboCall, Reply } from '@qbo-sync/qbo/client';
import type { TokenOutcome } from '@qbo-sync/qbo/oauth';
import { MemoryQuickbooks, MODES, type RequestidMode } from './quickbooks';
import type { Committed } from './quickbooks-records';
import { NEVER, type Actor, type World } from './world';

const ACCESS_LIFE_MS = 90_000;
/** Where calls wait for minutes: a token is taken before its call waits, and must outlast that as an hour does. */
const LONG_ACCESS_LIFE_MS = 600_000;
/** Not of a token that a stopped process may not have seen yet: one that is refused twice ends the connection. */
const REFUSED_AFTER_MS = 45_000;
const MANY_PER_MINUTE = 100;
const REFRESH_LIFE_MS = 8_640_000_000;
/** Intuit's own pauses before a delivery that was not acknowledged comes again (quickbooks.md §8.3). */
const DELIVER_AGAIN_MS = 10_000;

/** Under which webhooks are signed. */
export const VERIFIER_TOKEN = 'verifier';

interface Grant {
  access: string;
  accessUntilMs: number;
  refresh: string;
  /** The value before, still good: a pair may be lost between Intuit and our database. */
  before: string;
  /** Who has a refresh under way. */
  readonly asking: Set<Actor>;
}

/** Where a delivery of webhooks may go: any process that is alive. */
export type Receive = (raw: Uint8Array, signature: string) => Promise<unknown>;

/** Intuit: the companies' books and their grants, and what it tells of them. Of two refreshes at a time the second ends the grant. */
export class MemoryIntuit {
  readonly realms = new Map<string, MemoryQuickbooks>();
  readonly mode: RequestidMode;
  private readonly accessLifeMs: number;
  /** While it lasts a refresh is answered `invalid_grant`, and nothing is wrong with the grant (reliability.md X4). */
  outOfOrderUntilMs = 0;
  readonly receivers = new Map<Actor, Receive>();
  private readonly grants = new Map<string, Grant>();
  private untold: (Committed & { readonly realm: string })[] = [];
  private refreshes = 0;
  private delivery = 0;

  constructor(
    private readonly world: World,
    /** Whether it tells of changes. */
    private readonly tells: boolean,
    private readonly perMinute: number,
  ) {
    this.mode = world.random.pick(MODES);
    this.accessLifeMs = perMinute < MANY_PER_MINUTE ? LONG_ACCESS_LIFE_MS : ACCESS_LIFE_MS;
  }

  open(realm: string): { access: string; refresh: string; accessLifeMs: number } {
    const accessLifeMs = this.world.random.between(5_000, REFUSED_AFTER_MS);
    const grant: Grant = {
      access: `access-${realm}-0`,
      accessUntilMs: this.world.time.nowMs + accessLifeMs,
      refresh: `refresh-${realm}-0`,
      before: '',
      asking: new Set(),
    };
    this.grants.set(realm, grant);
    this.realms.set(
      realm,
      new MemoryQuickbooks({
        world: this.world,
        realm,
        mode: this.mode,
        perMinute: this.perMinute,
        isToken: (token) => token === grant.access && this.world.time.nowMs < grant.accessUntilMs,
        onCommit: (committed) => this.note(realm, committed),
      }),
    );
    return { access: grant.access, refresh: grant.refresh, accessLifeMs };
  }

  /** QuickBooks refuses a token before its time. */
  expire(realm: string): void {
    const grant = this.grants.get(realm);
    const now = this.world.time.nowMs;
    if (grant !== undefined && grant.accessUntilMs - now < this.accessLifeMs - REFUSED_AFTER_MS)
      grant.accessUntilMs = now;
  }

  send(actor: Actor, call: QboCall): Promise<Reply> {
    const realm = this.realms.get(call.realmId);
    if (realm === undefined) throw new Error(`no realm ${call.realmId}`);
    return realm.send(actor, call);
  }

  async refresh(actor: Actor, token: string): Promise<TokenOutcome> {
    const { world } = this;
    const [realm, grant] = [...this.grants].find(([, each]) => each.refresh === token || each.before === token) ?? [];
    if (realm === undefined || grant === undefined) {
      world.fail(`${actor.name} refreshes with a token nobody has`);
      return { is: 'refused', code: 'invalid_grant' };
    }
    if ([...grant.asking].some(({ alive }) => alive)) world.fail(`${realm}: two refreshes at a time`);
    grant.asking.add(actor);
    await world.pass(actor, world.random.between(50, 400));
    if (world.time.nowMs < this.outOfOrderUntilMs) {
      await world.pass(actor, world.random.between(10, 100));
      grant.asking.delete(actor);
      world.faults.counters.count('grant suspected');
      return { is: 'refused', code: 'invalid_grant' };
    }
    this.refreshes += 1;
    world.trace(`${actor.name} refreshes ${realm}`);
    world.faults.counters.count('token refreshed');
    const refresh = `refresh-${realm}-${this.refreshes}`;
    Object.assign(grant, {
      before: token,
      refresh,
      access: `access-${realm}-${this.refreshes}`,
      accessUntilMs: world.time.nowMs + this.accessLifeMs,
    });
    const pair = {
      accessToken: grant.access,
      refreshToken: refresh,
      accessLifeMs: this.accessLifeMs,
      refreshLifeMs: REFRESH_LIFE_MS,
    };
    await world.pass(actor, world.random.between(10, 100));
    grant.asking.delete(actor);
    return actor.alive ? { is: 'tokens', pair } : NEVER;
  }

  /** Nothing is on its way to us any more. */
  get hasTold(): boolean {
    return this.untold.length === 0 && this.delivery === 0;
  }

  /** What was committed is told a few seconds later, that of several companies together. */
  private note(realm: string, committed: Committed): void {
    if (!this.tells) return;
    this.untold.push({ ...committed, realm });
    if (this.untold.length > 1) return;
    this.delivery += 1;
    this.world.time.after(this.world.random.between(1_000, 8_000), () => {
      const events = this.untold.splice(0);
      const body = Buffer.from(JSON.stringify(events.map(cloudEvent)));
      void this.deliver(body);
    });
  }

  private async deliver(body: Buffer): Promise<void> {
    const { world } = this;
    const signature = createHmac('sha256', VERIFIER_TOKEN).update(body).digest('base64');
    for (;;) {
      const alive = [...this.receivers].filter(([actor]) => actor.alive);
      const [actor, receive] = alive.length === 0 ? [] : world.random.pick(alive);
      const twice = world.faults.strikes('webhook twice', 0.2);
      let ended = false;
      const killed = world.time.sleep(DELIVER_AGAIN_MS).then(() => false);
      const told =
        actor !== undefined &&
        receive !== undefined &&
        (await Promise.race([
          receive(body, signature).then(
            () => (ended = true),
            () => false,
          ),
          killed,
        ]));
      if (ended && told && !twice) break;
      await world.time.sleep(DELIVER_AGAIN_MS);
    }
    this.delivery -= 1;
  }
}

function cloudEvent({ realm, resource, id, token }: Committed & { readonly realm: string }): object {
  return {
    specversion: '1.0',
    id: `${realm}-${resource}-${id}-${token}`,
    source: 'intuit.simulated',
    type: `qbo.${resource.toLowerCase()}.updated.v1`,
    time: new Date().toISOString(),
    intuitentityid: id,
    intuitaccountid: realm,
  };
}

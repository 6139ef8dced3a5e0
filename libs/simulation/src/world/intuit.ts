import type { QboCall, Reply } from '@qbo-sync/qbo/client';
import type { TokenOutcome } from '@qbo-sync/qbo/oauth';
import { MemoryQuickbooks, MODES, type RequestidMode } from './quickbooks';
import { NEVER, type Actor, type World } from './world';

const ACCESS_LIFE_MS = 60_000;
const REFRESH_LIFE_MS = 8_640_000_000;

interface Grant {
  access: string;
  accessUntilMs: number;
  refresh: string;
  /** The value before, still good: a pair may be lost between Intuit and our database. */
  before: string;
  refreshing: number;
}

/** Intuit: the companies' books and their grants. Of two refreshes at a time the second ends the grant. */
export class MemoryIntuit {
  readonly realms = new Map<string, MemoryQuickbooks>();
  readonly mode: RequestidMode;
  private readonly grants = new Map<string, Grant>();
  refreshes = 0;

  constructor(private readonly world: World) {
    this.mode = world.random.pick(MODES);
  }

  open(realm: string): { access: string; refresh: string; accessLifeMs: number } {
    const grant: Grant = {
      access: `access-${realm}-0`,
      accessUntilMs: this.world.time.nowMs + ACCESS_LIFE_MS,
      refresh: `refresh-${realm}-0`,
      before: '',
      refreshing: 0,
    };
    this.grants.set(realm, grant);
    const good = (token: string): boolean => token === grant.access && this.world.time.nowMs < grant.accessUntilMs;
    this.realms.set(realm, new MemoryQuickbooks(this.world, realm, this.mode, good));
    return { access: grant.access, refresh: grant.refresh, accessLifeMs: ACCESS_LIFE_MS };
  }

  /** QuickBooks refuses a token before its time. */
  expire(realm: string): void {
    const grant = this.grants.get(realm);
    if (grant !== undefined) grant.accessUntilMs = this.world.time.nowMs;
  }

  send(actor: Actor, call: QboCall): Promise<Reply> {
    const realm = this.realms.get(call.realmId);
    if (realm === undefined) throw new Error(`no realm ${call.realmId}`);
    return realm.send(actor, call);
  }

  async refresh(actor: Actor, token: string): Promise<TokenOutcome> {
    const { world } = this;
    await world.pass(actor, world.random.between(50, 400));
    const [realm, grant] = [...this.grants].find(([, each]) => each.refresh === token || each.before === token) ?? [];
    if (realm === undefined || grant === undefined) return { is: 'refused', code: 'invalid_grant' };
    grant.refreshing += 1;
    if (grant.refreshing > 1) world.fail(`${realm}: two refreshes at a time`);
    this.refreshes += 1;
    world.trace(`${actor.name} refreshes ${realm}`);
    const refresh = `refresh-${realm}-${this.refreshes}`;
    Object.assign(grant, {
      before: token,
      refresh,
      access: `access-${realm}-${this.refreshes}`,
      accessUntilMs: world.time.nowMs + ACCESS_LIFE_MS,
    });
    grant.refreshing -= 1;
    const pair = {
      accessToken: grant.access,
      refreshToken: refresh,
      accessLifeMs: ACCESS_LIFE_MS,
      refreshLifeMs: REFRESH_LIFE_MS,
    };
    await world.pass(actor, world.random.between(10, 100));
    return actor.alive ? { is: 'tokens', pair } : NEVER;
  }
}

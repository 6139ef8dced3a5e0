/**
 * What goes wrong on purpose.
 *
 *   commit-then-drop   the write is done, the connection closed without an answer; of a batch the first `items` alone
 *   drop               nothing is done, the connection closed
 *   late-commit        the connection closed at once, the write done between `fromMs` and `ms` later (≤ 119 s)
 *   http-404 … 504     an HTML page (`empty`: no body), nothing done; `commit: true`: done all the same
 *   throttle           429 of the gateway, in the form of the settings
 *   quota              the same refusal, for reads used up until next month (quickbooks.md §3.2)
 *   unauthorized       401 of the gateway
 *   slow               the request is taken up `ms` later
 *   slow-drip          done, and the answer comes byte by byte over `ms`
 *   truncated          done, 200, and the JSON of the answer breaks off in the middle
 *   system-fault       SystemFault 10000, nothing done; `status: 200` answers it with 200
 *   fault              any fault of quickbooks.md §10 by its `code`; in a batch the item's own
 */
export const DISTURBANCE_KINDS = [
  'commit-then-drop',
  'drop',
  'late-commit',
  'http-404',
  'http-500',
  'http-502',
  'http-503',
  'http-504',
  'throttle',
  'quota',
  'unauthorized',
  'slow',
  'slow-drip',
  'truncated',
  'system-fault',
  'fault',
] as const;
export type DisturbanceKind = (typeof DISTURBANCE_KINDS)[number];

export interface Disturbance {
  kind: DisturbanceKind;
  /** How many matching requests it hits; absent = until taken off. */
  times?: number;
  /** How many matching requests pass first. */
  after?: number;
  /** Hits every n-th matching request. */
  every?: number;
  /** Of a resource, in any case, alone or in a batch; `query`, `cdc`, `batch`. */
  entity?: string;
  method?: 'GET' | 'POST';
  /** Key or realm of a company. */
  company?: string;
  /** Only requests whose address or body holds this text. */
  contains?: string;
  ms?: number;
  fromMs?: number;
  commit?: boolean;
  empty?: boolean;
  /** How many items of a batch are done before a `commit-then-drop`. */
  items?: number;
  /** Of a `fault`: its code, and what differs from the documented sentence, status 400 and type. */
  code?: string;
  message?: string;
  detail?: string;
  element?: string;
  status?: number;
  type?: string;
  /** More errors in the same fault. */
  errors?: readonly { code: string; detail?: string; element?: string }[];
  /** `gateway`: lower-case keys and epoch milliseconds (quickbooks.md §1.6). */
  envelope?: 'service' | 'gateway';
}

export interface StandingDisturbance extends Disturbance {
  id: string;
  seen: number;
  hits: number;
}

export interface Passing {
  realm: string;
  companyKey: string;
  /** `batch` and each of its items' entities, or the one of the address. */
  entities: readonly string[];
  method: string;
  /** Address and body. */
  content: () => string;
}

const OF_ITEMS: readonly DisturbanceKind[] = ['fault', 'system-fault'];

export class Disturbances {
  private readonly standing = new Map<string, StandingDisturbance>();
  private count = 0;

  add(disturbance: Disturbance): StandingDisturbance {
    this.count += 1;
    const added = { ...disturbance, id: `d${this.count}`, seen: 0, hits: 0 };
    this.standing.set(added.id, added);
    return added;
  }

  list(): StandingDisturbance[] {
    return [...this.standing.values()];
  }

  remove(id: string): boolean {
    return this.standing.delete(id);
  }

  clear(): void {
    this.standing.clear();
  }

  /** The first disturbance that hits this request; counts it. Faults hit a batch as a whole only when they name `batch`. */
  hit(request: Passing): StandingDisturbance | undefined {
    const isBatch = request.entities.includes('batch');
    return this.first(request, ({ kind, entity }) => !isBatch || !OF_ITEMS.includes(kind) || entity === 'batch');
  }

  /** The first fault that hits one item of a batch; counts it. */
  hitItem(request: Passing): StandingDisturbance | undefined {
    return this.first(request, ({ kind }) => OF_ITEMS.includes(kind));
  }

  private first(request: Passing, concerns: (disturbance: Disturbance) => boolean): StandingDisturbance | undefined {
    for (const disturbance of this.standing.values()) {
      if (!concerns(disturbance) || !matches(disturbance, request)) continue;
      disturbance.seen += 1;
      const counted = disturbance.seen - (disturbance.after ?? 0);
      const due = counted > 0 && (disturbance.every === undefined || counted % disturbance.every === 0);
      if (!due || (disturbance.times !== undefined && disturbance.hits >= disturbance.times)) continue;
      disturbance.hits += 1;
      return disturbance;
    }
    return undefined;
  }
}

function matches({ entity, method, company, contains }: Disturbance, request: Passing): boolean {
  return (
    (entity === undefined || request.entities.some((each) => each.toLowerCase() === entity.toLowerCase())) &&
    (method === undefined || method === request.method) &&
    (company === undefined || company === request.realm || company === request.companyKey) &&
    (contains === undefined || request.content().includes(contains))
  );
}

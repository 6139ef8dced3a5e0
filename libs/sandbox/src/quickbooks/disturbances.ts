import type { EntityName } from './company';

/**
 * What goes wrong on purpose.
 *
 *   commit-then-drop   the write is done, the connection closed without an answer
 *   drop               nothing is done, the connection closed
 *   late-commit        the connection closed at once, the write done up to `ms` later
 *   http-500 http-502  an HTML page, nothing done; `commit: true`: done all the same
 *   throttle           429 of the gateway
 *   unauthorized       401 of the gateway
 *   slow               the answer comes `ms` later
 *   system-fault       SystemFault 10000, nothing done
 */
export const DISTURBANCE_KINDS = [
  'commit-then-drop',
  'drop',
  'late-commit',
  'http-500',
  'http-502',
  'throttle',
  'unauthorized',
  'slow',
  'system-fault',
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
  entity?: EntityName | 'query' | 'cdc';
  method?: 'GET' | 'POST';
  /** Key or realm of a company. */
  company?: string;
  ms?: number;
  commit?: boolean;
}

export interface StandingDisturbance extends Disturbance {
  id: string;
  seen: number;
  hits: number;
}

export interface Passing {
  realm: string;
  companyKey: string;
  entity: string;
  method: string;
}

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

  /** The first disturbance that hits this request; counts it. */
  hit(request: Passing): StandingDisturbance | undefined {
    for (const disturbance of this.standing.values()) {
      if (!matches(disturbance, request)) continue;
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

function matches(disturbance: Disturbance, request: Passing): boolean {
  return (
    (disturbance.entity === undefined || disturbance.entity.toLowerCase() === request.entity.toLowerCase()) &&
    (disturbance.method === undefined || disturbance.method === request.method) &&
    (disturbance.company === undefined ||
      disturbance.company === request.realm ||
      disturbance.company === request.companyKey)
  );
}

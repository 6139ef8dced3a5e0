import { type DayEvent, PHASE_ORDER } from './journal';
import type { Prng } from './prng';

/** How far, in events, a topic may run ahead of or lag behind the others. */
const SPREAD = 40;

/**
 * The order in which events reach Kafka: within an aggregate by sequence (but for a few masters whose first event comes
 * late), across topics none at all, and some events twice.
 */
export function inPublishingOrder(events: readonly DayEvent[], prng: Prng): DayEvent[] {
  const placed: { event: DayEvent; phase: number; place: number }[] = [];
  const lastOf = new Map<string, number>();
  const lengthOf = new Map<string, number>();
  for (const event of events) {
    const tenant = lengthOf.get(event.tenant) ?? 0;
    lengthOf.set(event.tenant, tenant + 1);
    const aggregate = `${event.tenant}:${event.subject}`;
    const drawn = tenant + prng.between(-SPREAD, SPREAD);
    const place = Math.max(drawn, (lastOf.get(aggregate) ?? -Infinity) + 0.001);
    lastOf.set(aggregate, place);
    placed.push({ event, phase: PHASE_ORDER.indexOf(event.phase), place });
  }
  overtake(placed, prng);
  for (const { event, phase, place } of [...placed]) {
    if (prng.chance(4)) placed.push({ event, phase, place: place + prng.between(1, 60) });
  }
  return placed.sort((a, b) => a.phase - b.phase || a.place - b.place).map(({ event }) => event);
}

/** Lets a few updates of masters overtake the event before them, and every event that is said to. */
function overtake(placed: { event: DayEvent; phase: number; place: number }[], prng: Prng): void {
  for (const later of placed) {
    const isMaster = later.event.change === 'updated' && ['customer', 'item'].includes(later.event.noun);
    if (later.event.overtakes !== true && !(isMaster && prng.chance(30))) continue;
    const earlier = placed.find(
      ({ event, phase }) =>
        event.tenant === later.event.tenant &&
        event.subject === later.event.subject &&
        event.sequence === later.event.sequence - 1 &&
        phase === later.phase,
    );
    if (earlier) [earlier.place, later.place] = [later.place, earlier.place];
  }
}

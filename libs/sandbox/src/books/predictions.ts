import { formOf, type Happening, type Life, newestOf, type Stop } from './happened';

/** Where an event must come to rest. */
export interface Prediction {
  readonly ref: string;
  readonly state: 'synced' | 'synced with warnings' | 'needs attention' | 'waiting' | 'skipped' | 'dismissed';
  readonly reason?: string;
  /** A newer event of the aggregate may overtake it: then it is skipped as replaced. */
  readonly orReplaced: boolean;
  /** Whether it is posted before a newer event takes it back is a matter of moments: skipped is as right as synced. */
  readonly orSkipped: boolean;
  /**
   * What waits for it may have it asked for once more, or it came while the state before it waited: a matter of moments
   * too. Then it says what QuickBooks answered.
   */
  readonly orSynced?: 'synced' | 'synced with warnings';
}

export interface Judged {
  /** The state of the aggregate that reached the books, if any did. */
  readonly posted: Happening | undefined;
  /** The one that reached them first. */
  readonly firstPosted: Happening | undefined;
  /** It never reached them, and something must be done about that. */
  readonly isHeld: boolean;
  /** What was said last is not in the books. */
  readonly isStopped: boolean;
  readonly predictions: readonly (readonly [string, Prediction])[];
}

export interface Judging {
  /** Why an event is not written, if it is not; `isPosted`: one before it was. */
  readonly stop?: (event: Happening, isPosted: boolean) => Stop | undefined;
  /** Fields that QuickBooks is not told of. */
  readonly unshown?: readonly string[];
  /** What a person is told of one that is. */
  readonly warning?: (event: Happening) => string | undefined;
}

export const isRemoval = ({ change }: Happening): boolean => ['deactivated', 'merged', 'voided'].includes(change);

export function judgeAll(lives: readonly Life[], judging: Judging = {}): Map<string, Judged> {
  return new Map(lives.map((life) => [life.id, judge(life, judging)]));
}

/** Walks an aggregate's events as they were published and says where each must end. */
function judge(life: Life, { stop, unshown, warning }: Judging): Judged {
  const ref = `${life.noun}:${life.id}`;
  const predictions: [string, Prediction][] = [];
  const written: { event: Happening; prediction: number }[] = [];
  const stops: number[] = [];
  let highest = -1;
  const failed = (refundId: string): boolean =>
    newestOf(life)?.data.refunds.some(({ id, status }) => id === refundId && status === 'failed') === true;
  for (const event of life.happenings) {
    const add = (prediction: Pick<Prediction, 'state'> & Partial<Prediction>, of = ref): number =>
      predictions.push([event.id, { ref: of, orReplaced: false, orSkipped: false, ...prediction }]) - 1;
    if (event.data.refundId !== undefined && event.change === 'refunded') {
      // A record of its own, which no newer state of the payment takes back.
      const stopped = stop?.(event, written.length > 0);
      const { refundId } = event.data;
      // One that failed at once may never be asked for.
      if (stopped === undefined)
        add({ state: 'synced', ...(failed(refundId) ? { orSkipped: true } : {}) }, `refund:${refundId}`);
      else add(stopped);
      highest = Math.max(highest, event.sequence);
      continue;
    }
    if (event.sequence < highest && !isRemoval(event)) {
      add({ state: 'skipped', reason: 'replaced' });
      continue;
    }
    highest = Math.max(highest, event.sequence);
    const stopped = stop?.(event, written.length > 0);
    const before = written.at(-1)?.event;
    const isSame = before !== undefined && formOf(before, unshown) === formOf(event, unshown);
    if (isSame) add({ state: 'skipped', reason: 'unchanged', orSynced: warned(warning?.(event)).state });
    else if (stopped !== undefined) stops.push(add(stopped));
    else written.push({ event, prediction: add(warned(warning?.(event))) });
  }
  const last = written.at(-1)?.event;
  for (const [place, { prediction }] of written.entries()) {
    const entry = predictions[prediction];
    if (entry === undefined) continue;
    const orReplaced = place !== written.length - 1;
    entry[1] = { ...entry[1], orReplaced, orSkipped: last?.change === 'voided' };
  }
  // A newer event takes the place of what is stopped.
  for (const place of stops) {
    const entry = predictions[place];
    if (entry !== undefined) entry[1] = { ...entry[1], orReplaced: place < predictions.length - 1 };
  }
  const isHeld =
    last === undefined && predictions.some(([, { state }]) => state === 'needs attention' || state === 'waiting');
  const isStopped = stops.includes(predictions.length - 1);
  return { posted: last, firstPosted: written[0]?.event, isHeld, isStopped, predictions };
}

function warned(reason: string | undefined): { state: 'synced' | 'synced with warnings'; reason?: string } {
  return reason === undefined ? { state: 'synced' } : { state: 'synced with warnings', reason };
}

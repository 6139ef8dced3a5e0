/** A partition assigned here, as the sweep asks about it: it may have had no traffic that a batch could be checked by. */
export interface QuietPartition {
  readonly topic: string;
  readonly partition: number;
  /** What is read next, as far as the group has said. */
  readonly position: bigint;
  readonly logStart: bigint;
}

export type QuietAnswer =
  | { readonly place: 'stay' }
  | { readonly place: 'seek'; readonly topic: string; readonly partition: number; readonly to: bigint }
  | { readonly place: 'stop'; readonly why: string };

/** One record as it was read; nothing of it is parsed. Header values are decoded as UTF-8, the last of a name counts. */
export interface ConsumedMessage {
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  readonly key: string | null;
  readonly headers: Record<string, string>;
  /** Null: a tombstone. */
  readonly value: Buffer | null;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
}

/** Records of one partition, in order, never empty. */
export interface Batch {
  readonly topic: string;
  readonly partition: number;
  readonly messages: readonly ConsumedMessage[];
  /** The offset that was asked for; the first message may stand later (a compacted log has gaps). */
  readonly firstOffset: bigint;
  readonly lastOffset: bigint;
  /** The offset after the partition's last record. */
  readonly highWatermark: bigint;
  /** Where the partition's log starts, asked anew after every assignment and every gap in what was fetched. */
  readonly logStart: bigint;
}

/**
 * `done`: all of it is accounted for; the partition goes on after it. `seek`: nothing of it is; read on from `offset`.
 * `stop`: the consumer ends and says so (a person looks). Throwing means none of them: the same batch comes again.
 */
export type BatchOutcome =
  | { readonly outcome: 'done' }
  | { readonly outcome: 'seek'; readonly offset: bigint }
  | { readonly outcome: 'stop'; readonly why: string };

export interface OutgoingMessage {
  readonly topic: string;
  /** Null: no key; it lands on any partition. */
  readonly key: string | null;
  readonly value: string | Buffer | null;
  readonly headers?: Readonly<Record<string, string>>;
}

import type { ExactObject } from '@qbo-sync/contracts/exact-json';

/** Records by the values they carry, kept up to date record by record. */
export class RecordIndex {
  private readonly ids = new Map<string, Set<string>>();

  constructor(private readonly valuesOf: (record: ExactObject) => readonly string[]) {}

  find(value: string): ReadonlySet<string> {
    return this.ids.get(value) ?? NONE;
  }

  replace(id: string, before: ExactObject | undefined, after: ExactObject | null): void {
    if (before !== undefined) {
      for (const value of this.valuesOf(before)) {
        const ids = this.ids.get(value);
        ids?.delete(id);
        if (ids?.size === 0) this.ids.delete(value);
      }
    }
    if (after === null) return;
    for (const value of this.valuesOf(after)) {
      const ids = this.ids.get(value) ?? new Set<string>();
      this.ids.set(value, ids.add(id));
    }
  }
}

const NONE: ReadonlySet<string> = new Set();

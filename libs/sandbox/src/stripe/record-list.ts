/** Records in the order they were made, each found by its id. */
export class RecordList<Item extends { readonly id: string }> {
  private readonly items: Item[] = [];
  private readonly places = new Map<string, number>();

  constructor(items: readonly Item[] = []) {
    for (const item of items) this.push(item);
  }

  get length(): number {
    return this.items.length;
  }

  push(item: Item): void {
    this.places.set(item.id, this.items.length);
    this.items.push(item);
  }

  at(place: number): Item | undefined {
    return this.items[place];
  }

  /** Counted from the oldest, 0. */
  placeOf(id: string): number | undefined {
    return this.places.get(id);
  }

  find(id: string): Item | undefined {
    return this.items[this.places.get(id) ?? -1];
  }

  [Symbol.iterator](): Iterator<Item> {
    return this.items[Symbol.iterator]();
  }
}

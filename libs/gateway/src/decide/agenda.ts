/**
 * Realms by the moment from which they may send again: a binary heap, and per realm its newest moment, so that an older
 * entry is passed over. Nothing is asked of a realm before its moment.
 */
export class Agenda {
  readonly #heap: { readonly tenant: string; readonly atMs: number }[] = [];
  readonly #at = new Map<string, number>();

  /** The earlier of two moments stands. */
  add(tenant: string, atMs: number): void {
    if ((this.#at.get(tenant) ?? Infinity) <= atMs) return;
    this.#at.set(tenant, atMs);
    this.#heap.push({ tenant, atMs });
    for (let at = this.#heap.length - 1; at > 0;) {
      const parent = (at - 1) >> 1;
      if (this.#moment(parent) <= this.#moment(at)) return;
      this.#swap(at, parent);
      at = parent;
    }
  }

  /** Takes out every realm whose moment has come, in the order of the moments. */
  due(nowMs: number): string[] {
    const due: string[] = [];
    for (let first = this.#first(); first !== undefined && first.atMs <= nowMs; first = this.#first()) {
      this.#drop();
      this.#at.delete(first.tenant);
      due.push(first.tenant);
    }
    return due;
  }

  /** The next moment; undefined: none. */
  nextMs(): number | undefined {
    return this.#first()?.atMs;
  }

  #first(): { readonly tenant: string; readonly atMs: number } | undefined {
    for (;;) {
      const [first] = this.#heap;
      if (first === undefined || this.#at.get(first.tenant) === first.atMs) return first;
      this.#drop();
    }
  }

  #drop(): void {
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return;
    this.#heap[0] = last;
    for (let at = 0; ;) {
      const left = 2 * at + 1;
      const least = this.#moment(left + 1) < this.#moment(left) ? left + 1 : left;
      if (this.#moment(least) >= this.#moment(at)) return;
      this.#swap(at, least);
      at = least;
    }
  }

  #moment(place: number): number {
    return this.#heap[place]?.atMs ?? Infinity;
  }

  #swap(a: number, b: number): void {
    const [one, other] = [this.#heap[a], this.#heap[b]];
    if (one === undefined || other === undefined) return;
    this.#heap[a] = other;
    this.#heap[b] = one;
  }
}

/** Where cursors and the queue are kept between visits: `localStorage`, or anything like it. */
export interface Store {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/** A value under one key. A store that is full or forbidden is no reason to stop: the value is then kept in memory. */
export class Kept<T> {
  constructor(
    private readonly store: Store | null,
    private readonly key: string,
    private readonly empty: T,
  ) {}

  read(): T {
    try {
      const text = this.store?.getItem(this.key);
      return text ? (JSON.parse(text) as T) : this.empty;
    } catch {
      return this.empty;
    }
  }

  /** Changes what the store has now, since another tab may have written to it. */
  change(change: (value: T) => T): void {
    this.write(change(this.read()));
  }

  write(value: T | null): void {
    try {
      if (value === null) this.store?.removeItem(this.key);
      else this.store?.setItem(this.key, JSON.stringify(value));
    } catch {
      // Then it is kept in memory only.
    }
  }
}

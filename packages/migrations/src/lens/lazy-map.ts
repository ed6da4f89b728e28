/** A map whose values are made when they are first asked for, and then kept. */
export class LazyMap<V> {
  readonly #made = new Map<string, V>();
  readonly #list: () => Iterable<readonly [string, () => V]>;
  #listed: ReadonlyMap<string, () => V> | undefined;

  /** `list` is called at most once, when the map is first looked at. */
  constructor(list: () => Iterable<readonly [string, () => V]>) {
    this.#list = list;
  }

  get #makers(): ReadonlyMap<string, () => V> {
    this.#listed ??= new Map(this.#list());
    return this.#listed;
  }

  get size(): number {
    return this.#makers.size;
  }

  get(key: string): V | undefined {
    const make = this.#makers.get(key);
    if (!make || this.#made.has(key)) return this.#made.get(key);
    const value = make();
    this.#made.set(key, value);
    return value;
  }

  has(key: string): boolean {
    return this.#makers.has(key);
  }

  keys(): IterableIterator<string> {
    return this.#makers.keys();
  }
}

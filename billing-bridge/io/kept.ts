/** A memory of bounded size: what was put in first is forgotten first. */
export class Kept<K, V> {
  private readonly map = new Map<K, V>()

  constructor(private readonly countMax: number) {}

  get(key: K): V | undefined {
    return this.map.get(key)
  }

  has(key: K): boolean {
    return this.map.has(key)
  }

  set(key: K, value: V): void {
    this.map.delete(key)
    this.map.set(key, value)
    const oldest = this.map.keys().next()
    if (this.map.size > this.countMax && !oldest.done) this.map.delete(oldest.value)
  }
}

/**
 * A growing list of ascending whole numbers in little room: differences in base 128, one to four bytes each in
 * practice. The reader keeps one per skipped author, so a log of ten million messages costs some 30 MB, not 400.
 */
export class Offsets {
  #bytes = new Uint8Array(8)
  #end = 0
  #start = 0
  #last = 0
  #taken = 0

  /** True when nothing is left to take. */
  get empty(): boolean {
    return this.#start === this.#end
  }

  /** Adds a number that is not smaller than the last one added. */
  push(offset: number): void {
    let rest = offset - this.#last
    if (!Number.isSafeInteger(rest) || rest < 0) throw new Error(`offset ${offset} after ${this.#last}`)
    this.#last = offset
    for (;;) {
      if (this.#end === this.#bytes.length) this.#grow()
      const low = rest % 128
      rest = (rest - low) / 128
      this.#bytes[this.#end++] = rest > 0 ? low + 128 : low
      if (rest === 0) return
    }
  }

  /** Takes the first number out; null when there is none. */
  shift(): number | null {
    if (this.empty) return null
    let scale = 1
    for (;;) {
      const byte = this.#bytes[this.#start++] ?? 0
      this.#taken += (byte % 128) * scale
      if (byte < 128) return this.#taken
      scale *= 128
    }
  }

  #grow(): void {
    const used = this.#end - this.#start
    // What was taken makes room first.
    const grown = new Uint8Array(Math.max(8, used * 2))
    grown.set(this.#bytes.subarray(this.#start, this.#end))
    this.#bytes = grown
    this.#start = 0
    this.#end = used
  }
}

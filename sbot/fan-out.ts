/**
 * One source for many readers: begun when the first of them comes, ended when the last has gone. A slow reader gets
 * the latest item and none of those before; nothing is kept for it.
 */
type End = Error | true
type Answer<T> = (end: End | null, item?: T) => void
export type FannedSource<T> = (abort: End | null, answer: Answer<T>) => void

interface Reader<T> {
  latest: { item: T } | null
  waiting: Answer<T> | null
  ended: End | null
  left(): void
}

/** Begins what tells; gives the way to end it. After `end` nothing more is told. */
export type Begin<T> = (tell: (item: T) => void, end: (how: End) => void) => () => void

export class FanOut<T> {
  readonly #readers = new Set<Reader<T>>()
  #stop: (() => void) | null = null
  /** Raised at every beginning, so that what an ended one still tells is not heard. */
  #round = 0

  constructor(
    private readonly begin: Begin<T>,
    /** The last reader has gone. */
    private readonly idle: () => void = () => {},
  ) {}

  get readers(): number {
    return this.#readers.size
  }

  /** A reader of its own. `left` is called once, however its reading ends. `end` ends this one alone. */
  read(left: () => void = () => {}): { source: FannedSource<T>; end(how: End): void } {
    const reader: Reader<T> = { latest: null, waiting: null, ended: null, left: once(left) }
    this.#readers.add(reader)
    // The first item may come while it begins.
    if (this.#stop === null) this.#start()
    return { source: this.#sourceOf(reader), end: (how) => this.#dismiss(reader, how) }
  }

  #sourceOf(reader: Reader<T>): FannedSource<T> {
    return (abort, answer) => {
      if (abort !== null && abort !== undefined && (abort as unknown) !== false) {
        const waiting = reader.waiting
        reader.waiting = null
        this.#leave(reader)
        waiting?.(abort)
        return this.#over(reader, answer, abort)
      }
      const { latest } = reader
      if (latest !== null) {
        reader.latest = null
        return answer(null, latest.item)
      }
      if (reader.ended !== null) return this.#over(reader, answer, reader.ended)
      reader.waiting = answer
    }
  }

  /** Ends all readers. */
  end(how: End): void {
    const stop = this.#stop
    this.#stop = null
    this.#round += 1
    stop?.()
    const readers = [...this.#readers]
    this.#readers.clear()
    for (const reader of readers) this.#finish(reader, how)
    this.idle()
  }

  /** What it has not read yet is not given to it any more. */
  #dismiss(reader: Reader<T>, how: End): void {
    if (reader.ended !== null) return
    reader.latest = null
    this.#leave(reader)
    this.#finish(reader, how)
  }

  #finish(reader: Reader<T>, how: End): void {
    reader.ended = how
    const waiting = reader.waiting
    reader.waiting = null
    if (waiting !== null) this.#over(reader, waiting, how)
  }

  #over(reader: Reader<T>, answer: Answer<T>, how: End): void {
    reader.left()
    answer(how)
  }

  #start(): void {
    this.#round += 1
    const round = this.#round
    const isNow = () => round === this.#round
    this.#stop = () => {}
    const stop = this.begin(
      (item) => isNow() && this.#tell(item),
      (how) => isNow() && this.end(how),
    )
    if (isNow()) this.#stop = stop
    else stop()
  }

  #tell(item: T): void {
    for (const reader of [...this.#readers]) {
      const waiting = reader.waiting
      reader.waiting = null
      if (waiting === null) reader.latest = { item }
      else waiting(null, item)
    }
  }

  #leave(reader: Reader<T>): void {
    if (!this.#readers.delete(reader) || this.#readers.size > 0) return
    const stop = this.#stop
    this.#stop = null
    this.#round += 1
    stop?.()
    this.idle()
  }
}

function once(work: () => void): () => void {
  let done = false
  return () => {
    if (done) return
    done = true
    work()
  }
}

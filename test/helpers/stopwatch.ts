/** When things happened that programs say in their lines, in milliseconds since the watch was started. */
export interface Sight {
  what: string
  /** Everything that was said so far, by whoever says it. */
  said(): string
  words: RegExp
}

export interface Stopwatch {
  /** Now. */
  ms(): number
  /** What was seen until now, in this order. */
  seen(): string
  stop(): void
}

const LOOK_EVERY_MS = 50

/** Looks for each sight in what is said from now on. */
export function startWatch(sights: Sight[]): Stopwatch {
  const began = Date.now()
  const from = sights.map(({ said }) => said().length)
  const found = new Map<string, number>()
  const look = () => {
    for (const [at, { what, said, words }] of sights.entries())
      if (!found.has(what) && words.test(said().slice(from[at]))) found.set(what, Date.now() - began)
  }
  const timer = setInterval(look, LOOK_EVERY_MS)
  return {
    ms: () => Date.now() - began,
    seen() {
      look()
      const steps = [...found].sort(([, one], [, other]) => one - other)
      return steps.map(([what, ms]) => `${what} ${(ms / 1000).toFixed(1)} s`).join(', ')
    },
    stop: () => clearInterval(timer),
  }
}

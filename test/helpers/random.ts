/** Chance that can be repeated: the same seed, the same moments. */

/** Numbers from 0 up to 1 (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** `count` moments from 0 up to `durationMs`, one at random in each of `count` equal parts. */
export function spreadMoments(random: () => number, count: number, durationMs: number): number[] {
  return Array.from({ length: count }, (_, n) => ((n + random()) / count) * durationMs)
}

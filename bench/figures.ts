/** What the benches share: medians and one line per figure. */

/** The middle of some figures. */
export function median(figures: number[]): number {
  const sorted = [...figures].sort((one, other) => one - other)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
}

/** The largest; with the few rounds of a bench this stands for the 99th percentile. */
export function slowest(figures: number[]): number {
  return Math.max(...figures)
}

/** `name: ratio (target <= x): ok|missed`. */
export function verdict(name: string, ratio: number, target: number): string {
  return `${name}: ${ratio.toFixed(3)}x of the baseline (target <= ${target}x): ${ratio <= target ? 'met' : 'missed'}`
}

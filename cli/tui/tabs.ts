/** Tabs side by side; a digit opens each. */
import { blank, type Part, part, span } from './lay'
import type { Row, Target } from './screen'

/** Two rows: the names, and a line under the open one. */
export function tabs(names: readonly string[], open: string): Part {
  const row: Row = []
  const line: Row = []
  const targets: Target[] = []
  let x = 0
  for (const [at, name] of names.entries()) {
    const isOpen = name === open
    row.push(span(name, isOpen ? 'accent' : 'quiet'), blank(4))
    line.push(span('━'.repeat(isOpen ? name.length : 0), 'accent'), blank(isOpen ? 4 : name.length + 4))
    // Places at the very edge are taken for whole lines, so the first one begins a column before.
    targets.push({ x, y: 0, width: name.length + 2, height: 1, hit: { kind: 'key', name: `${at + 1}` } })
    x += name.length + 4
  }
  return part([row, line], targets)
}

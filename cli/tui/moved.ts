/** Keys that move through a list. */
import type { Key } from './message'

const PAGE_ROWS = 10

/** The chosen row of a list after a key; null where the key moves nothing. */
export function moved(selected: number, count: number, key: Key): number | null {
  const to = (row: number): number => Math.max(0, Math.min(count - 1, row))
  switch (key.name) {
    case 'up':
    case 'k':
      return to(selected - 1)
    case 'down':
    case 'j':
      return to(selected + 1)
    case 'pageup':
      return to(selected - PAGE_ROWS)
    case 'pagedown':
      return to(selected + PAGE_ROWS)
    case 'home':
      return 0
    case 'end':
      return to(count - 1)
    default:
      return null
  }
}

/** Whole screens as text, compared at three sizes with what they were. */
import type { Test } from 'tape'

export const SIZES = [
  { width: 80, height: 24 },
  { width: 120, height: 40 },
  { width: 200, height: 60 },
]
/** Rows by size: `80x24`. */
export type Pictures = Record<string, string[]>

/** Where one has changed on purpose the test prints it as it is now, to be put into its file. */
export function compared(
  t: Test,
  name: string,
  pictures: Pictures,
  draw: (size: (typeof SIZES)[number]) => string,
): void {
  for (const size of SIZES) {
    const key = `${size.width}x${size.height}`
    const now = draw(size).split('\n')
    const isSame = JSON.stringify(now) === JSON.stringify(pictures[key])
    if (!isSame) t.comment(`"${key}": ${JSON.stringify(now, null, 2)}`)
    t.ok(isSame, `${name} at ${key} looks as it did`)
  }
}

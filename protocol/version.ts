/** Names of versions of the pub's image: what one may look like, and which of two is the older. */
import { VERSION_CHARS_MAX } from './limits'

/** As Docker has it for a tag (distribution/reference): nothing in it leads out of a repository or a folder. */
const VERSION = /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/
/** Numbers between dots, and what comes before a release of that number: `1.4.0`, `v1.4.0-rc.1`. */
const NUMBERED = /^v?(\d{1,9}(?:\.\d{1,9}){0,3})(?:-([0-9A-Za-z.-]+))?$/

/** True for what can name a version. */
export function isVersion(text: string): boolean {
  return text.length <= VERSION_CHARS_MAX && VERSION.test(text)
}

/** True when both are numbered and the first comes before the second; false also when nobody can say. */
export function isOlder(one: string, other: string): boolean {
  const left = NUMBERED.exec(one)
  const right = NUMBERED.exec(other)
  if (left === null || right === null) return false
  const numbers = (found: RegExpExecArray): number[] => (found[1] ?? '').split('.').map(Number)
  const [first, second] = [numbers(left), numbers(right)]
  for (let at = 0; at < Math.max(first.length, second.length); at += 1) {
    const difference = (first[at] ?? 0) - (second[at] ?? 0)
    if (difference !== 0) return difference < 0
  }
  // Of one number, what comes before its release is the older; among those nobody needs to know here.
  return left[2] !== undefined && right[2] === undefined
}
